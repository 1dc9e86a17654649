"""Topics: what requests are about, told by the words that they share.

1. A topic is shown only if at least ten people wrote about it, and a word only if ten used it: no
   name, number or address of one person becomes the name of a topic, and nobody is quoted.
2. Nobody makes a topic alone: what one person repeats counts once.
3. The same requests have the same topics, in whatever order they come.
4. What fits no topic is counted as such.
"""

from socialscore.topics.counting import topics_of

__all__ = ["topics_of"]
