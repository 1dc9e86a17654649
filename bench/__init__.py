"""The benchmark: what the main job costs beside the least that others need for the same."""
