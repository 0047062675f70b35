"""Where the self-service machines stand (manual §5.4.7 and §5.4.11): canteens, ground floors of dormitories, two buildings."""

from __future__ import annotations

from nanhu.platforms.terminals.sample import KioskOrder

DORMITORIES = {
    "南院": ("D", 6, (90, 470), (95, 0)),
    "东院": ("E", 5, (700, 430), (60, 0)),
    "北院": ("B", 4, (150, 90), (80, 0)),
}
LOAD = (
    ("KL101", "南院", "南院一食堂", (120, 380)),
    ("KL102", "南院", "南院二食堂", (220, 400)),
    ("KL103", "东院", "东院三食堂", (860, 300)),
    ("KL104", "北院", "北院食堂", (200, 180)),
    ("KL105", "南院", "南院15号楼一楼", (330, 400)),
    ("KL106", "东院", "东院1号教学楼一楼", (740, 220)),
)
REISSUE = (
    ("KR101", "东院", "东院1号教学楼门口", (790, 180)),
    ("KR102", "南院", "南院15号楼内", (380, 440)),
)
SELF_SERVICE = (
    ("KS101", "南院", "南院15号楼一楼大厅", (430, 400)),
    ("KS102", "东院", "东院1号教学楼大厅", (690, 170)),
)


def machines() -> list[KioskOrder]:
    found = [order("load_kiosk", *one) for one in (*LOAD, *dormitories())]
    found += [order("reissue_kiosk", *one) for one in REISSUE]
    return found + [order("self_service_kiosk", *one) for one in SELF_SERVICE]


def dormitories() -> list[tuple[str, str, str, tuple[int, int]]]:
    """One load kiosk on each ground floor."""
    return [
        (
            f"KL{letter}{number:02d}",
            yard,
            f"{yard}{number}栋宿舍一楼",
            (x + (number - 1) * across, y + (number - 1) * down),
        )
        for yard, (letter, count, (x, y), (across, down)) in DORMITORIES.items()
        for number in range(1, count + 1)
    ]


def order(kind: str, number: str, yard: str, place: str, spot: tuple[int, int]) -> KioskOrder:
    return KioskOrder(number=number, kind=kind, yard=yard, place=place, map_x=spot[0], map_y=spot[1])
