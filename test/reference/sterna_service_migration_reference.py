#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes service-migration.txt, the reference values of the suite sterna-migration-scheduler.

Plain Python (3.8 or later), no packages. Everything is computed here from the formulas: circular
orbits and sidereal rotation, elevation and range on a sphere, free space, rain by the regression of
Recommendation ITU-R P.838-3 (03/2005, Tables 1 to 4) for circular polarization along the slant path
(h_R - h_S) / sin(elevation), great circles and flight phases, and the noise k T B.

The constellation is Ballard's rosette (8, 8, 6), a = 26 562.137 km, 53 degrees; the Greenwich
meridian points to the vernal equinox at time 0. Places of cities: UN World Urbanization Prospects
2018, File 12. Airports: OpenFlights, April 2025; speeds, levels and departures of the flights are
those of Sterna's routes.

The lines of service-migration.txt begin with their kind:

link city time_s satellite elevation_deg range_m rain_db snr_db     (rain and SNR above 15 degrees)
user latitude_deg longitude_deg packets_per_s      (the cities, in order)
cruise flight start_s end_s
flight number time_s latitude_deg longitude_deg altitude_m             (in the middle of the cruise)
worst phasing lowest_elevation_deg       (of the best satellite, everywhere on a grid of 5 degrees)
sight least mean most                              (satellites in sight of a user with demand)
snr least mean most                                (dB, of all links above 15 degrees)
load mbit                                          (arrivals of 300 minutes)
"""

import math
import pathlib

RADIUS = 6371e3  # m, of the spherical Earth
MU = 3.986004418e14  # m^3/s^2
SPIN = 7.2921159e-5  # rad/s
AXIS = 26562.137e3  # m
TILT = math.radians(53)
CARRIER = 14e9  # Hz
LIGHT = 299792458.0  # m/s
REPETITION = 10770.5  # s
SLOT, SLOTS = 300.0, 60

CITIES = [  # latitude, longitude (deg), population (millions)
    ("Tokyo", 35.6895, 139.6917, 37.393), ("Delhi", 28.6667, 77.2167, 30.291),
    ("Shanghai", 31.2222, 121.4581, 27.058), ("Sao Paulo", -23.5475, -46.6361, 22.043),
    ("Mexico City", 19.4273, -99.1419, 21.782), ("Dhaka", 23.7104, 90.4074, 21.006),
    ("Cairo", 30.0392, 31.2394, 20.901), ("Beijing", 39.9075, 116.3972, 20.463),
    ("Mumbai", 19.074, 72.8808, 20.411), ("Osaka", 34.6758, 135.5538, 19.165),
    ("New York", 40.717, -74.0037, 18.804), ("Karachi", 24.9056, 67.0822, 16.094),
    ("Chongqing", 29.5628, 106.5528, 15.872), ("Istanbul", 41.0138, 28.9497, 15.190),
    ("Buenos Aires", -34.6051, -58.4004, 15.154), ("Kolkata", 22.5335, 88.356, 14.850),
    ("Lagos", 6.4531, 3.3958, 14.368), ("Kinshasa", -4.3276, 15.3136, 14.342),
    ("Manila", 14.6042, 120.9822, 13.923), ("Tianjin", 39.1088, 117.1886, 13.589),
    ("Rio de Janeiro", -22.9028, -43.2075, 13.458), ("Guangzhou", 23.1255, 113.2574, 13.302),
    ("Lahore", 31.5497, 74.3436, 12.642), ("Moscow", 55.755, 37.6218, 12.538),
    ("Los Angeles", 34.0317, -118.2417, 12.447), ("Shenzhen", 22.5415, 114.0634, 12.357),
    ("Bangalore", 12.9719, 77.5937, 12.327), ("Paris", 48.8534, 2.3488, 11.017),
    ("Bogota", 4.6097, -74.0818, 10.978), ("Chennai", 13.0531, 80.2488, 10.971),
    ("Jakarta", -6.2118, 106.8416, 10.770), ("Lima", -12.0432, -77.0282, 10.719),
    ("Bangkok", 13.722, 100.5252, 10.539), ("Hyderabad", 17.3753, 78.4744, 10.004)]

AIRPORTS = {  # latitude, longitude (deg), elevation (m)
    "JFK": (40.639801, -73.778900, 4.0), "SIN": (1.350190, 103.994003, 6.7),
    "PER": (-31.940300, 115.967003, 20.4), "LHR": (51.470600, -0.461941, 25.3),
    "AKL": (-37.008099, 174.792007, 7.0), "DOH": (25.273056, 51.608056, 4.0),
    "DXB": (25.252800, 55.364399, 18.9), "LAX": (33.942501, -118.407997, 38.1),
    "HND": (35.552299, 139.779999, 10.7), "JNB": (-26.139200, 28.246000, 1694.1),
    "ATL": (33.636700, -84.428101, 312.7)}

FLIGHTS = [  # cruise altitude (m), ground speed (m/s), departure (min)
    ("JFK", "SIN", 11887, 234.6, -200), ("PER", "LHR", 11887, 239.4, 15),
    ("AKL", "DOH", 11278, 229.6, -860), ("DXB", "LAX", 11582, 235.1, 60),
    ("HND", "JFK", 11278, 240.1, -600), ("JNB", "ATL", 11887, 228.7, -100)]

# P.838-3: bells (a, b, c), then the line m x + c
LOG_K = {
    "H": ([(-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400),
           (-0.23789, 0.86036, 0.15354), (-0.94158, 0.64552, 0.16817)], -0.18961, 0.71147),
    "V": ([(-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059),
           (-0.39902, 0.73042, 0.11899), (0.50167, 1.07319, 0.27195)], -0.16398, 0.63297)}
ALPHA = {
    "H": ([(-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822),
           (0.32177, 0.63773, 0.13164), (-5.37610, -0.96230, 1.47828),
           (16.1721, -3.29980, 3.43990)], 0.67849, -1.95537),
    "V": ([(-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039),
           (-0.20238, 1.14520, 0.26809), (-48.2991, 0.791669, 0.116226),
           (48.5833, 0.791459, 0.116479)], -0.053739, 0.83433)}


def regress(bells, slope, offset):
    x = math.log10(CARRIER / 1e9)
    return sum(a * math.exp(-(((x - b) / c) ** 2)) for a, b, c in bells) + slope * x + offset


K_H, K_V = (10 ** regress(*LOG_K[p]) for p in "HV")
A_H, A_V = (regress(*ALPHA[p]) for p in "HV")


def satellite(j, time, phasing=6):
    argument = math.radians(45 * phasing * j) + math.sqrt(MU / AXIS ** 3) * time
    node = math.radians(45 * j) - SPIN * time
    u, v = math.cos(argument), math.sin(argument) * math.cos(TILT)
    return (AXIS * (u * math.cos(node) - v * math.sin(node)),
            AXIS * (u * math.sin(node) + v * math.cos(node)),
            AXIS * math.sin(argument) * math.sin(TILT))


def ground(latitude, longitude, altitude=0.0):
    phi, theta, r = math.radians(latitude), math.radians(longitude), RADIUS + altitude
    return (r * math.cos(phi) * math.cos(theta), r * math.cos(phi) * math.sin(theta),
            r * math.sin(phi))


def sight(place, high):
    """Elevation (deg) and range (m)."""
    way = [h - p for h, p in zip(high, place)]
    reach = math.sqrt(sum(w * w for w in way))
    up = sum(w * p for w, p in zip(way, place)) / math.sqrt(sum(p * p for p in place))
    return math.degrees(math.asin(up / reach)), reach


def rain_db(latitude, altitude, elevation):
    top = 5.0 - 0.075 * max(abs(latitude) - 23.0, 0.0)  # km
    length = max(top - altitude / 1e3, 0.0) / math.sin(math.radians(elevation))
    rate = 10.0 if abs(latitude) <= 23.0 else 5.0
    k = (K_H + K_V) / 2  # cos(2 tilt) is 0
    alpha = (K_H * A_H + K_V * A_V) / (2 * k)
    return k * rate ** alpha * length


def snr_db(reach, rain):
    space = 20 * math.log10(4 * math.pi * reach * CARRIER / LIGHT)
    noise = 10 * math.log10(1.380649e-23 * 290 * 28e6)
    return 10 * math.log10(28) + 36 - 1 + 38 - space - rain - noise


class Flight:
    """Taxi, climb, cruise, descent: 8 m/s up and down at 70 % of the speed, 19/26 of taxiing first."""

    def __init__(self, origin, destination, level, speed, departure):
        self.start, self.end = AIRPORTS[origin], AIRPORTS[destination]
        self.level, self.speed = level, speed
        a, b = ground(*self.start[:2]), ground(*self.end[:2])
        self.a = [x / RADIUS for x in a]
        self.b = [x / RADIUS for x in b]
        self.angle = math.acos(sum(x * y for x, y in zip(self.a, self.b)))
        climb, descent = (level - self.start[2]) / 8, (level - self.end[2]) / 8
        taxi = 1800 - 0.3 * (climb + descent)
        self.climbed = 0.7 * speed * climb
        length = RADIUS * self.angle - 0.7 * speed * (climb + descent)
        self.cruise = 60 * departure + 19 / 26 * taxi + climb
        self.descend = self.cruise + length / speed

    def cruises(self, time):
        return self.cruise <= time <= self.descend

    def place(self, time):
        """Latitude, longitude (deg) and altitude (m) in cruise."""
        gone = (self.climbed + self.speed * (time - self.cruise)) / RADIUS
        near, far = math.sin(self.angle - gone), math.sin(gone)
        x, y, z = ((near * p + far * q) / math.sin(self.angle) for p, q in zip(self.a, self.b))
        return math.degrees(math.asin(z)), math.degrees(math.atan2(y, x)), self.level


FLYING = [Flight(*f) for f in FLIGHTS]


def cities(rows):
    for name in ("Tokyo", "Sao Paulo", "Moscow", "Bogota", "Cairo", "Manila"):
        _, latitude, longitude, _ = next(c for c in CITIES if c[0] == name)
        for time in (150.0, 4650.0, 17850.0):
            for j in range(8):
                elevation, reach = sight(ground(latitude, longitude), satellite(j, time))
                rain = rain_db(latitude, 0, elevation) if elevation >= 15 else 0
                snr = snr_db(reach, rain) if elevation >= 15 else 0
                rows.append(["link", name.replace(" ", "_"), time, j, elevation, reach, rain, snr])


def lowest_best(phasing):
    """Every 300 s until the pattern repeats."""
    lowest = 90.0
    for n in range(36):
        high = [satellite(j, SLOT * n, phasing) for j in range(8)]
        for latitude in range(-90, 91, 5):
            for longitude in range(-180, 180, 5):
                place = ground(latitude, longitude)
                nearest = max(high, key=lambda h: sum(x * y for x, y in zip(h, place)))
                lowest = min(lowest, sight(place, nearest)[0])
    return lowest


def episodes(rows):
    seen, snrs = [], []
    for epoch in [REPETITION * k / 10 for k in range(10)]:
        for n in range(SLOTS):
            time = SLOT * (n + 0.5)
            users = [(la, lo, 0.0) for _, la, lo, _ in CITIES]
            users += [f.place(time) for f in FLYING if f.cruises(time)]
            high = [satellite(j, epoch + time) for j in range(8)]
            for user in users:
                links = [sight(ground(*user), h) for h in high]
                links = [(e, r) for e, r in links if e >= 15]
                seen.append(len(links))
                snrs += [snr_db(r, rain_db(user[0], user[2], e)) for e, r in links]
    rows.append(["sight", min(seen), sum(seen) / len(seen), max(seen)])
    rows.append(["snr", min(snrs), sum(snrs) / len(snrs), max(snrs)])
    slots = sum(f.cruises(SLOT * (n + 0.5)) for f in FLYING for n in range(SLOTS))
    rows.append(["load", 7 * SLOT * (len(CITIES) * SLOTS + 0.3 * slots)])


def main():
    rows = []
    cities(rows)
    people = sum(c[3] for c in CITIES)
    for _, latitude, longitude, population in CITIES:
        rows.append(["user", latitude, longitude, 7 * population * len(CITIES) / people])
    for k, flight in enumerate(FLYING):
        rows.append(["cruise", k, flight.cruise, flight.descend])
        middle = (flight.cruise + flight.descend) / 2
        rows.append(["flight", k, middle, *flight.place(middle)])
    for phasing in (5, 6):
        rows.append(["worst", phasing, lowest_best(phasing)])
    episodes(rows)
    text = "\n".join(" ".join(f"{v:.9g}" if isinstance(v, float) else str(v) for v in row)
                     for row in rows)
    pathlib.Path(__file__).with_name("service-migration.txt").write_text(text + "\n")


main()
