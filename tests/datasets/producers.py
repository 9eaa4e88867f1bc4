"""Small files in the layouts of each producer, with rows that the tests make up."""

import csv
import io
from pathlib import Path


def names_of(header):
    """The columns of a header line."""
    return header.split(",")


GED = names_of(
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,"
    "conflict_name,dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,"
    "side_b_dset_id,side_b_new_id,side_b,number_of_sources,source_article,source_office,"
    "source_date,source_headline,source_original,where_prec,where_coordinates,where_description,"
    "adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,region,event_clarity,"
    "date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,"
    "low,gwnoa,gwnob"
)
WEB = [*GED[:-5], "best_est", "high_est", "low_est"]
HDX = ["", *GED[:3], "start_year", "end_year", *GED[3:30], "iso3", *GED[30:]]

ACLED_OLD = names_of(
    "data_id,iso,event_id_cnty,event_id_no_cnty,event_date,year,time_precision,event_type,"
    "sub_event_type,actor1,assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,region,"
    "country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,"
    "notes,fatalities,timestamp,iso3"
)
ACLED_NEW = names_of(
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,"
    "assoc_actor_1,inter1,actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,"
    "country,admin1,admin2,admin3,location,latitude,longitude,geo_precision,source,source_scale,"
    "notes,fatalities,tags,timestamp"
)
GTD = names_of(
    "eventid,iyear,imonth,iday,approxdate,country,country_txt,provstate,city,latitude,longitude,"
    "specificity,doubtterr,suicide,attacktype1,attacktype1_txt,targtype1_txt,targsubtype1_txt,"
    "gname,guncertain1,claimed,nkill,nkillter,nwound,nwoundte"
)


def ged(number=1, **changes):
    """A state-based event in Mali: 2 soldiers and 3 attackers died."""
    row = {
        "id": str(number), "relid": f"MLI-2022-1-{number}", "year": "2022", "active_year": "1",
        "code_status": "Clear", "type_of_violence": "1", "side_a": "Government of Mali",
        "side_b": "JNIM", "number_of_sources": "1", "where_prec": "1", "where_coordinates":
        "Ségou town", "adm_1": "Ségou region", "latitude": "13.431700", "longitude": "-6.215700",
        "country": "Mali", "country_id": "432", "region": "Africa", "event_clarity": "1",
        "date_prec": "1", "date_start": "2022-07-26", "date_end": "2022-07-26", "deaths_a": "2",
        "deaths_b": "3", "deaths_civilians": "0", "deaths_unknown": "0", "best": "5", "high": "9",
        "low": "4", "source_article": '"RFI, 2022-07-27 ""Attack"";\nAFP"', "gwnoa": "432",
    }  # fmt: skip
    return row | {name: str(value) for name, value in changes.items()}


def web(number=1, **changes):
    """The same event as the web export writes it."""
    row = ged(number, date_start="07/26/2022 00:00:00", date_end="07/26/2022 00:00:00")
    for part in ("best", "high", "low"):
        row[f"{part}_est"] = row.pop(part)
    return row | {name: str(value) for name, value in changes.items()}


def acled(number=1, **changes):
    """A battle between soldiers and JNIM in Burkina Faso."""
    row = {
        "data_id": "77", "event_id_cnty": f"BFO{number}", "event_date": "2022-06-11", "year":
        "2022", "time_precision": "1", "disorder_type": "Political violence", "event_type":
        "Battles", "sub_event_type": "Armed clash", "actor1":
        "Military Forces of Burkina Faso (2022-2022)", "inter1": "State Forces", "actor2":
        "JNIM: Group for Support of Islam and Muslims", "inter2": "Rebel Group", "iso": "854",
        "region": "Western Africa", "country": "Burkina Faso", "admin1": "Sahel", "location":
        "Seytenga", "latitude": "13.9667", "longitude": "0.2833", "geo_precision": "1",
        "fatalities": "7", "timestamp": "1666666666", "iso3": "BFA",
    }  # fmt: skip
    return row | {name: str(value) for name, value in changes.items()}


def gtd(number=1, **changes):
    """An armed assault on soldiers in Niger: 10 died, 4 of them attackers."""
    row = {
        "eventid": f"2019121000{number:02d}", "iyear": "2019", "imonth": "12", "iday": "10",
        "country": "160", "country_txt": "Niger", "provstate": "Tillaberi", "city": "Inates",
        "latitude": "14.95", "longitude": "1.50", "specificity": "1", "doubtterr": "0", "suicide":
        "0", "attacktype1_txt": "Armed Assault", "targtype1_txt": "Military", "gname":
        "Islamic State in the Greater Sahara (ISGS)", "guncertain1": "0", "claimed": "1",
        "nkill": "10", "nkillter": "4", "nwound": "5", "nwoundte": "1",
    }  # fmt: skip
    return row | {name: str(value) for name, value in changes.items()}


def text(names, rows, separator=",", end="\n", trailing=False):
    """A table as text."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator=end)
    writer.writerow(names)
    for row in rows:
        writer.writerow([row.get(name, "") for name in names] + ([""] if trailing else []))
    return stream.getvalue()


def write(path: Path, content):
    """Write text as UTF-8, or bytes as they are."""
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path
