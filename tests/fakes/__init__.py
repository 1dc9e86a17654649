"""X and Facebook on the loopback: servers that hold a world and take a script of faults.

with FakeX(world, faults=[Fault("429", nth=3)]) as x:
    ...  # point a client at x.base_url
assert x.count("mentions") == 5
"""

from __future__ import annotations

from fakes.facebook import FakeGraph
from fakes.faults import Fault
from fakes.invented import demo_world, random_world, serve_demo
from fakes.twitter import FakeX
from fakes.world import World

__all__ = ["FakeGraph", "FakeX", "Fault", "World", "demo_world", "random_world", "serve_demo"]
