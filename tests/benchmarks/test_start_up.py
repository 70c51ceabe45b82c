import subprocess
import sys

from start_up import by_package, idle, own_times

SAID = """\
import time: self [us] | cumulative | imported package
import time:      1500 |       1500 |   numpy.linalg
import time:       500 |       2000 | numpy
import time:      2500 |       2500 |     json.decoder
import time:      3000 |       8000 | povqa.reader.model
a line of the program's own
"""


def test_own_times_are_read():
    assert own_times(SAID) == {"numpy.linalg": 1.5, "numpy": 0.5, "json.decoder": 2.5, "povqa.reader.model": 3.0}


def test_what_python_says_is_read():
    run = subprocess.run([sys.executable, "-X", "importtime", "-c", "import json"], capture_output=True, text=True)
    assert {"json", "json.decoder"} <= set(own_times(run.stderr))


def test_packages_are_added_up():
    assert by_package(own_times(SAID)) == {
        "povqa.reader": {"ms": 3.0, "modules": 1},
        "standard library": {"ms": 2.5, "modules": 1},
        "numpy": {"ms": 2.0, "modules": 2},
    }


def test_a_module_is_idle_unless_it_or_one_below_was_called():
    times = {"numpy": 2.0, "numpy.linalg": 5.0, "email.parser": 3.0, "quick": 0.1}
    assert idle(times, {"numpy.linalg.core"}) == {"email.parser": 3.0}
