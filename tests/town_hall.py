"""What a town hall's tool exports, all of it invented: a workbook, and the towns in it.

Three weeks of November 2026 in local time, as spreadsheets of France show it, without an offset.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from pathlib import Path

TOWNS = {  # by handle: how often a town answers, and after how many hours at the median
    "VilleAmbrecourt": (0.93, 2),
    "VilleBelleronce": (0.88, 5),
    "VilleCastelvaire": (0.81, 1),
    "VilleDormeuse": (0.74, 9),
    "VilleEsparvent": (0.66, 3),
    "VilleFontbrune": (0.58, 20),
    "VilleGranvoise": (0.51, 6),
    "VilleHauterelle": (0.42, 12),
    "VilleLisoire": (0.33, 8),
    "VilleMerveval": (0.18, 30),
}
HEADER = ("Date", "Auteur", "Message", "N°", "En réponse à")
FIRST, LAST = datetime(2026, 11, 2), datetime(2026, 11, 24, 11)  # noqa: DTZ001 - local time

_QUESTIONS = (
    "Bonjour, à quelle heure ouvre la piscine {day} ?",
    "Pourquoi la rue des Écoles est-elle fermée {day} ?",
    "Quand passe le ramassage des déchets verts, {day} ?",
    "Est-ce que la mairie est ouverte {day} ?",
    "Où se garer {day} près du marché ?",
    "Comment s'inscrire à la cantine avant {day} ?",
)
_REMARKS = ("Merci pour la fête de {day} !", "Belle expo {day}, bravo.")
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_ANSWERS = (
    "Bonjour, oui, de 9 h à 18 h. Bonne journée !",
    "Bonjour, les travaux durent jusqu'à vendredi.",
    "Bonjour, c'est prévu {day} matin.",
    "Bonjour, le plus simple est le parking de la gare, il est gratuit.",
)


def write_export(path: Path) -> None:
    """Write the workbook: one sheet, a header and 1,700 messages or so, in order of time."""
    rows = sorted(_messages(Random(21)), key=lambda row: row[0])
    numbers = {key: 10_001 + n for n, (_, _, _, key, _) in enumerate(rows)}
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Export")
        sheet.write_row(0, 0, HEADER)
        for n, (sent_at, author, text, key, answered) in enumerate(rows, 1):
            cells = (f"{sent_at:%d/%m/%Y %H:%M}", author, text, numbers[key])
            sheet.write_row(n, 0, (*cells, numbers[answered] if answered else None))


def _messages(random: Random) -> list[tuple[datetime, str, str, str, str | None]]:
    """When, who, what, a key, and the key of what is answered."""
    found = []
    for handle, (rate, median) in TOWNS.items():
        for n in range(110):
            key, citizen = f"{handle}-{n}", f"citoyen_{random.randrange(1, 900)}"
            day, asks = random.choice(_DAYS), random.random() < 0.9
            written = random.randrange(23), random.uniform(7, 22)  # day and hour
            sent_at = FIRST + timedelta(days=written[0], hours=written[1])
            if sent_at >= LAST:
                continue
            text = random.choice(_QUESTIONS if asks else _REMARKS).format(day=day)
            found.append((sent_at, citizen, f"@{handle} {text}", key, None))
            answered_at = sent_at + timedelta(hours=median * random.lognormvariate(0, 0.8))
            if asks and random.random() < rate and answered_at < LAST:
                answer = f"@{citizen} {random.choice(_ANSWERS).format(day=random.choice(_DAYS))}"
                found.append((answered_at, handle, answer, f"{key}-answer", key))
    return found
