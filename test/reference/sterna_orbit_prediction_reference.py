#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the reference values of the suite sterna-orbit-prediction into this folder.

Source: Debian's python3-sgp4 2.15 (apt-get install python3-sgp4), which ships the verification cases
of Vallado, Crawford, Hujsak and Kelso, Revisiting Spacetrack Report No. 3, AIAA 2006-6753.

sgp4-verification.tle  the cases' element sets (SGP4-VER.TLE), cut to their 69 columns; three
                       sets have a wrong checksum there, which is corrected here
sgp4-verification.txt  their expected states (tcppver.out): catalogue number, then lines with
                       minutes since the epoch, position (km) and velocity (km/s) in TEME
sgp4-constellation.tle a made-up constellation: 4 satellites at 550 km and 53 deg, 1 polar one
sgp4-constellation.txt what python3-sgp4 predicts for it: number of the set, seconds since
                       2026-03-01 00:00 UTC, position (km) and velocity (km/s) in TEME, position
                       (km) in Earth-fixed axes by its own sidereal time
"""

import importlib.resources
import math
import pathlib

from sgp4.api import Satrec, WGS72, jday
from sgp4.exporter import export_tle
from sgp4.propagation import gstime

FOLDER = pathlib.Path(__file__).parent
DATA = importlib.resources.files("sgp4")
NAMES = ["MADE-UP 1", "", "MADE-UP 3", "", "MADE-UP POLAR"]


def with_checksum(line):
    line = line[:68]
    return line + str(sum(int(c) if c.isdigit() else c == "-" for c in line) % 10)


def write_verification():
    sets = (DATA / "SGP4-VER.TLE").read_text().splitlines()
    lines = [with_checksum(line) for line in sets if line[:2] in ("1 ", "2 ")]
    (FOLDER / "sgp4-verification.tle").write_text("\n".join(lines) + "\n")
    states = (DATA / "tcppver.out").read_text().splitlines()
    rows = [line.split()[0] if "xx" in line else " ".join(line.split()[:7]) for line in states]
    (FOLDER / "sgp4-verification.txt").write_text("\n".join(rows) + "\n")


def made_up_sets():
    epoch = jday(2026, 2, 27, 18, 30, 0)
    degrees = math.pi / 180
    for k in range(5):
        polar = k == 4
        satellite = Satrec()
        satellite.sgp4init(
            WGS72, "i", 90001 + k, sum(epoch) - 2433281.5 + 0.01 * k, 1.5e-4 + 1e-5 * k, 0.0, 0.0,
            0.0012 if polar else 0.0001 + 0.00003 * k, 90 * degrees, (97.6 if polar else 53.0) * degrees,
            (45.0 * k) * degrees, 2 * math.pi * (14.95 if polar else 15.06) / 1440, (72.5 * k) * degrees)
        satellite.revnum = 100
        yield export_tle(satellite)


def write_constellation():
    text = ""
    rows = []
    start = jday(2026, 3, 1, 0, 0, 0)
    for k, (first, second) in enumerate(made_up_sets()):
        text += (NAMES[k] + "\n" if NAMES[k] else "") + first + "\n" + second + "\n"
        satellite = Satrec.twoline2rv(first, second)
        for seconds in (0.0, 600.0, 3333.0, 6300.0, 86400.0, 7 * 86400.0):
            day, fraction = start[0], start[1] + seconds / 86400
            error, position, velocity = satellite.sgp4(day, fraction)
            assert error == 0
            angle = gstime(day + fraction)
            x = math.cos(angle) * position[0] + math.sin(angle) * position[1]
            y = math.cos(angle) * position[1] - math.sin(angle) * position[0]
            values = (k, seconds) + position + velocity + (x, y, position[2])
            rows.append(" ".join(repr(value) for value in values))
    (FOLDER / "sgp4-constellation.tle").write_text(text)
    (FOLDER / "sgp4-constellation.txt").write_text("\n".join(rows) + "\n")


write_verification()
write_constellation()
