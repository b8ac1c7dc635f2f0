"""Prepares the files of DonorsChoose with pandas, and indexes them if a URL is given.

usage: donors_pandas.py <directory> <processes> [<elasticsearch url> <index>]
"""
import sys
import time
from multiprocessing import Pool

import pandas as pd

PROJECTS = (
    "projectid teacher_acctid schoolid school_ncesid school_latitude school_longitude school_city"
    " school_state school_zip school_metro school_district school_county school_charter"
    " school_magnet school_year_round school_nlns school_kipp school_charter_ready_promise"
    " teacher_prefix teacher_teach_for_america teacher_ny_teaching_fellow primary_focus_subject"
    " primary_focus_area secondary_focus_subject secondary_focus_area resource_type poverty_level"
    " grade_level vendor_shipping_charges sales_tax payment_processing_charges"
    " fulfillment_labor_materials total_price_excluding_optional_support"
    " total_price_including_optional_support students_reached total_donations num_donors"
    " eligible_double_your_impact_match eligible_almost_home_match funding_status date_posted"
    " date_completed date_thank_you_packet_mailed date_expiration").split()
DONATIONS = (
    "donationid projectid donor_acctid cartid donor_city donor_state donor_zip is_teacher_acct"
    " donation_timestamp donation_to_project donation_optional_support donation_total"
    " donation_included_optional_support payment_method payment_included_acct_credit"
    " payment_included_campaign_gift_card payment_included_web_purchased_gift_card"
    " payment_was_promo_matched is_teacher_referred giving_page_id giving_page_type for_honoree"
    " thank_you_packet_mailed").split()
RESOURCES = (
    "resourceid projectid vendorid vendor_name item_name item_number item_unit_price"
    " item_quantity").split()
NUMBERS = [c for c in PROJECTS + DONATIONS + RESOURCES
           if c in ("students_reached", "num_donors", "total_donations", "item_quantity")
           or c.endswith(("charges", "tax", "price", "materials"))
           or c.startswith(("total_price", "donation_t", "donation_optional"))
           and c != "donation_timestamp"] + ["school_latitude", "school_longitude"]
DATES = ["project_date_expiration", "project_date_posted", "project_date_completed",
         "project_date_thank_you_packet_mailed", "donation_timestamp"]


def read(directory, name, columns):
    return pd.read_csv(f"{directory}/{name}.csv.gz", header=None, names=columns, escapechar="\\",
                       encoding_errors="replace",
                       dtype={c: "str" for c in columns if c not in NUMBERS})


def one_or_list(values):
    return values[0] if len(values) == 1 else values


def iso(text):
    if not isinstance(text, str) or not text:
        return None
    return pd.Timestamp(text).isoformat()


def dates(column):
    return column.map(iso)


def main():
    directory, processes = sys.argv[1], int(sys.argv[2])
    start = last = time.perf_counter()

    def step(name):
        nonlocal last
        now = time.perf_counter()
        print(f"{name}: {now - last:.2f} s", flush=True)
        last = now

    projects = read(directory, "projects", PROJECTS)
    donations = read(directory, "donations", DONATIONS)
    resources = read(directory, "resources", RESOURCES)
    step("read")
    resources["projectid"] = resources["projectid"].str.strip('"')
    grouped = resources.fillna("").groupby("projectid").agg(list)
    for column in grouped.columns:
        grouped[column] = grouped[column].map(one_or_list)
    grouped.columns = [c if c == "resourceid" else "resource_" + c for c in grouped.columns]
    step("group")
    projects.columns = [c if c == "projectid" else "project_" + c for c in projects.columns]
    joined = donations.merge(
        projects.merge(grouped, how="left", left_on="projectid", right_index=True),
        how="left", on="projectid")
    step("join")
    if processes == 1:
        for column in DATES:
            joined[column] = dates(joined[column])
    else:
        with Pool(processes) as pool:
            for column in DATES:
                parts = [joined[column].iloc[i::processes] for i in range(processes)]
                joined[column] = pd.concat(pool.map(dates, parts)).sort_index()
    joined["project_location"] = list(
        zip(joined["project_school_longitude"], joined["project_school_latitude"]))
    joined = joined.drop(columns=["project_school_longitude", "project_school_latitude"])
    step("dates and location")
    print(f"prepared {len(joined)} rows of {len(joined.columns)} columns", flush=True)
    if len(sys.argv) > 3:
        index(joined, sys.argv[3], sys.argv[4])
        step("index")
    print(f"measured seconds: {time.perf_counter() - start:.2f}", flush=True)


def index(joined, url, name):
    from elasticsearch import Elasticsearch
    from elasticsearch.helpers import parallel_bulk

    def actions():
        for row in joined.to_dict(orient="records"):
            source = {k: v for k, v in row.items() if isinstance(v, (list, tuple)) or v == v and v}
            if not all(x == x for x in source.get("project_location", ())):
                del source["project_location"]
            yield {"_index": name, "_id": row["donationid"], "_source": source}

    client = Elasticsearch([url], timeout=120)
    for ok, answer in parallel_bulk(client, actions(), thread_count=8, chunk_size=500):
        if not ok:
            raise RuntimeError(answer)


main()
