"""Pages made from the notebooks and figures in git, without running anything."""

import json
import re

from sahelstats.paths import NOTEBOOKS

#: What a page must show letter by letter, wherever it comes from.
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>&amp;'\""

#: Values that the headline numbers of the index take.
VALUES = {
    "01_incidents": {
        "n_incidents": 4321, "n_countries": 9, "period_first": 2012, "period_last": 2026,
        "n_claims": 8765, "share_single": 0.457,
    },
    "02_casualty_uncertainty": {
        "sum_low": 1111, "sum_high": 2222, "n_known": 398, "attackers": HOSTILE, "level": 0.9,
        "model": "claims", "second_lower": 3333, "second_upper": 4444, "second_words": HOSTILE,
        "chosen_lower": 5555, "chosen_upper": 6666, "chosen_words": "independent errors",
        "third_lower": 7777, "third_upper": 8888, "third_words": "errors that move together",
    },
}  # fmt: skip

ANSWER = "* The envelope runs from 10 to 20; attackers left out.\n* Two.\n* An interval of 90%."


def output(data, **mark):
    metadata = {"sahelstats": mark} if mark else {}
    return {"output_type": "display_data", "data": data, "metadata": metadata}


def executed(stem):
    """Return a notebook as a run leaves it, its numbers made up and its figures those in git."""
    notebook = json.loads((NOTEBOOKS / f"{stem}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if re.search(r"^answer\(|\n *answer\(", source):
            cell["outputs"].append(output({"text/markdown": ANSWER}, role="answer"))
        for name in re.findall(r'save_figure\(\s*fig, "(\w+)"', source):
            cell["outputs"].append(output({"image/png": "aaaa"}, role="figure", name=name))
            cell["outputs"].append(output({"text/markdown": "*x*"}, role="caption", name=name))
        if ".style." in source:
            cell["outputs"].append(output({"text/html": table_html()}))
    return notebook


def table_html():
    """Return a table as a styler writes it that was not told to escape."""
    cells = "".join(
        f"<tr><td>{HOSTILE}</td><td>{i * 1000:,}</td><td>{'a word and another ' * 4}</td></tr>"
        for i in range(3)
    )
    head = "<th>Place</th><th>Dead</th><th>A long column</th>"
    style = "<style type='text/css'>#T td { text-align: left; }</style>"
    return f"{style}<table><thead><tr>{head}</tr></thead><tbody>{cells}</tbody></table>"


def put(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")
