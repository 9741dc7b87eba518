"""Draws the app's sign, an enamel door plate with 户, in the sizes that phones and browsers ask for.

Run `python -m app.shell.icons` after a change here; the pictures are committed under `assets/`. The character is drawn
as strokes, so no font is needed and it looks the same everywhere.
"""

from pathlib import Path

from PIL import Image, ImageDraw

ASSETS = Path(__file__).resolve().parents[2] / "assets"
GREEN, WHITE, LINE = "#0A5546", "#FFFFFF", "#A9CFC3"
SMOOTH = 4

# 户 in a square of 100, each stroke a polygon: the dot, the box open to the left, the long left-falling stroke.
STROKES = (
    ((45, 5), (57, 2), (64, 17), (52, 20)),
    ((21, 24), (83, 24), (83, 62), (72, 62), (72, 35), (21, 35)),
    ((27, 51), (83, 51), (83, 62), (27, 62)),
    ((21, 24), (32, 24), (32, 60), (26, 82), (14, 98), (5, 91), (15, 77), (21, 58)),
)


def plate(size: int, *, maskable: bool = False) -> Image.Image:
    """The sign, `size` pixels wide.

    Args:
        maskable: fills the square to its edge and keeps the sign in the middle, for phones that cut their own shape.
    """
    full = size * SMOOTH
    image = Image.new("RGBA", (full, full), GREEN if maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    edge = full * (0.14 if maskable else 0.02)
    if not maskable:
        draw.rounded_rectangle((edge, edge, full - edge, full - edge), radius=full * 0.2, fill=GREEN)
    inner = edge + full * 0.06
    width = max(SMOOTH, round(full * 0.014))
    draw.rounded_rectangle((inner, inner, full - inner, full - inner), radius=full * 0.13, outline=LINE, width=width)
    _rivets(draw, full, inner)
    _character(draw, full, inner + full * 0.13)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _rivets(draw: ImageDraw.ImageDraw, full: int, inner: float) -> None:
    radius = full * 0.018
    for x in (inner + full * 0.075, full - inner - full * 0.075):
        draw.ellipse((x - radius, full / 2 - radius, x + radius, full / 2 + radius), fill=LINE)


def _character(draw: ImageDraw.ImageDraw, full: int, margin: float) -> None:
    scale = (full - 2 * margin) / 100
    for stroke in STROKES:
        draw.polygon([(margin + x * scale, margin + y * scale) for x, y in stroke], fill=WHITE)


def main() -> None:
    """Write all sizes."""
    folder = ASSETS / "icons"
    folder.mkdir(exist_ok=True)
    for size in (192, 512):
        plate(size).save(folder / f"icon-{size}.png", optimize=True)
    plate(512, maskable=True).save(folder / "icon-maskable-512.png", optimize=True)
    plate(256).save(ASSETS / "favicon.ico", sizes=[(16, 16), (32, 32)])


if __name__ == "__main__":
    main()
