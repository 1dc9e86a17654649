"""Audits: what the language rules cannot know, people find out on a sample.

A request is drawn from one of four strata, selected or not and answered or not, so each stratum
stands for as many requests as it has. What people say of the sample then gives the precision and
the recall of every selection, and the response rate over genuine requests.
"""
