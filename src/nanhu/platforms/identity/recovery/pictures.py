"""The picture of a challenge: letters drawn here, no other host is asked."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (220, 72)
LETTER = 44
PAPER, INK = (250, 247, 240), (23, 60, 78)


def picture_of(letters: str) -> bytes:
    """A PNG: each letter turned and shifted, a few strokes across."""
    dice = random.SystemRandom()
    canvas = Image.new("RGB", SIZE, PAPER)
    font = ImageFont.load_default(size=LETTER)
    step = (SIZE[0] - 24) // len(letters)
    for place, letter in enumerate(letters):
        tile = Image.new("L", (LETTER + 16, LETTER + 16), 0)
        ImageDraw.Draw(tile).text((12, 2), letter, font=font, fill=255)
        tile = tile.rotate(dice.uniform(-24, 24), resample=Image.Resampling.BICUBIC)
        canvas.paste(INK, (8 + place * step + dice.randint(-3, 3), dice.randint(2, 12)), tile)
    draw_strokes(ImageDraw.Draw(canvas), dice)
    held = BytesIO()
    canvas.save(held, "PNG")
    return held.getvalue()


def draw_strokes(pen: ImageDraw.ImageDraw, dice: random.Random) -> None:
    width, height = SIZE
    for _stroke in range(4):
        left, right = dice.randint(-40, width // 3), dice.randint(width * 2 // 3, width + 40)
        top, bottom = sorted((dice.randint(-20, height), dice.randint(-20, height + 20)))
        pen.arc((left, top, right, bottom + 12), dice.randint(0, 180), dice.randint(200, 360), fill=INK, width=2)
    for _dot in range(90):
        pen.point((dice.randrange(width), dice.randrange(height)), fill=INK)
