"""Colours: the same country, actor family and source type look the same everywhere.

Built from Paul Tol's colour-blind-safe schemes ("Colour Schemes", SRON/EPS/TN/09-002, 2021);
neighbours in a legend also differ in lightness, so that they can be told apart in greyscale.
"""

from __future__ import annotations

OTHER = "#999999"

COUNTRY = {
    "MLI": "#332288",
    "BFA": "#CC6677",
    "NER": "#DDCC77",
    "BEN": "#117733",
    "TGO": "#88CCEE",
    "CIV": "#882255",
    "NGA": "#44AA99",
    "TCD": "#999933",
    "DZA": "#AA4499",
    "MRT": "#6F6F6F",
    "GHA": "#BBBBBB",
}

ACTOR_FAMILY = {
    "jnim": "#4477AA",
    "is_sahel": "#222255",
    "boko_haram": "#AA3377",
    "separatist": "#66CCEE",
    "self_defence": "#228833",
    "state": "#CCBB44",
    "foreign_state": "#EE8866",
    "other": "#777777",
    "unidentified": "#BBBBBB",
}

#: Shapes for where families meet on one map: colours alone are lost in print.
ACTOR_FAMILY_SHAPE = {
    "jnim": "o",
    "is_sahel": "s",
    "boko_haram": "D",
    "separatist": "^",
    "self_defence": "v",
    "state": "P",
    "foreign_state": "*",
    "other": "<",
    "unidentified": ">",
}

ACTOR_FAMILY_NAME = {
    "jnim": "JNIM and predecessors",
    "is_sahel": "Islamic State Sahel",
    "boko_haram": "Boko Haram, ISWAP",
    "separatist": "Azawad movements",
    "self_defence": "Self-defence groups",
    "state": "State forces",
    "foreign_state": "Foreign forces",
    "other": "Other armed groups",
    "unidentified": "Unidentified",
}

SOURCE_TYPE = {
    "government": "#004488",
    "military": "#6699CC",
    "armed_group": "#994455",
    "un": "#228833",
    "ngo": "#AACC66",
    "medical": "#44BB99",
    "local_official": "#997700",
    "security_source": "#555555",
    "local_source": "#EECC66",
    "media": "#EE99AA",
    "research": "#AA77BB",
    "encyclopaedia": "#BBBBBB",
}

SOURCE_TYPE_NAME = {
    "government": "Government",
    "military": "Military, police",
    "armed_group": "Armed groups",
    "un": "United Nations",
    "ngo": "NGOs",
    "medical": "Medical",
    "local_official": "Local officials",
    "security_source": "Security sources",
    "local_source": "Residents, witnesses",
    "media": "Media",
    "research": "Research",
    "encyclopaedia": "Encyclopaedias",
}

#: A letter for each type, where a figure has too many types for colour alone (print in greyscale).
SOURCE_TYPE_LETTER = {
    "government": "G",
    "military": "M",
    "armed_group": "A",
    "un": "U",
    "ngo": "N",
    "medical": "H",
    "local_official": "L",
    "security_source": "S",
    "local_source": "W",
    "media": "P",
    "research": "R",
    "encyclopaedia": "E",
}
