package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/** The three files: their columns in order, and the fields of the columns in a document. */
public enum Table {
  /** Requests of teachers. */
  PROJECTS(
      0,
      "project_",
      """
      projectid:ID teacher_acctid:ID schoolid:ID school_ncesid:TEXT school_latitude:LATITUDE
      school_longitude:LONGITUDE school_city:TEXT school_state:TEXT school_zip:TEXT
      school_metro:TEXT school_district:TEXT school_county:TEXT school_charter:FLAG
      school_magnet:FLAG school_year_round:FLAG school_nlns:FLAG school_kipp:FLAG
      school_charter_ready_promise:FLAG teacher_prefix:TEXT teacher_teach_for_america:FLAG
      teacher_ny_teaching_fellow:FLAG primary_focus_subject:TEXT primary_focus_area:TEXT
      secondary_focus_subject:TEXT secondary_focus_area:TEXT resource_type:TEXT
      poverty_level:TEXT grade_level:TEXT vendor_shipping_charges:AMOUNT sales_tax:AMOUNT
      payment_processing_charges:AMOUNT fulfillment_labor_materials:AMOUNT
      total_price_excluding_optional_support:AMOUNT total_price_including_optional_support:AMOUNT
      students_reached:COUNT total_donations:AMOUNT num_donors:COUNT
      eligible_double_your_impact_match:FLAG eligible_almost_home_match:FLAG funding_status:TEXT
      date_posted:DATE date_completed:DATE date_thank_you_packet_mailed:DATE
      date_expiration:DATE"""),

  /** Gifts to projects: one document each. */
  DONATIONS(
      44,
      "",
      """
      donationid:ID projectid:ID donor_acctid:ID cartid:ID donor_city:TEXT donor_state:TEXT
      donor_zip:TEXT is_teacher_acct:FLAG donation_timestamp:DATE donation_to_project:AMOUNT
      donation_optional_support:AMOUNT donation_total:AMOUNT
      donation_included_optional_support:FLAG payment_method:TEXT
      payment_included_acct_credit:FLAG payment_included_campaign_gift_card:FLAG
      payment_included_web_purchased_gift_card:FLAG payment_was_promo_matched:FLAG
      is_teacher_referred:FLAG giving_page_id:ID giving_page_type:TEXT for_honoree:FLAG
      thank_you_packet_mailed:FLAG"""),

  /** Items bought for a project. */
  RESOURCES(
      67,
      "resource_",
      """
      resourceid:ID projectid:ID vendorid:ID vendor_name:WORDS item_name:WORDS item_number:TEXT
      item_unit_price:AMOUNT item_quantity:AMOUNT""");

  /** The first unused number: columns are numbered across all tables. */
  static final int COLUMNS = 67 + 8;

  /** The field for a project's latitude and longitude. */
  static final String LOCATION = "project_location";

  private static final String PROJECT_ID = "projectid";

  /**
   * A column.
   *
   * @param name in the file
   * @param field in a document
   * @param kind of the values
   * @param number across all tables
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Column(String name, String field, Kind kind, int number, byte[] prefix) {}

  private final int first;

  @SuppressWarnings("ImmutableEnumChecker") // an immutable list
  private final List<Column> columns;

  private final int keyColumn;

  Table(int first, String prefix, String columns) {
    List<Column> all = new ArrayList<>();
    this.first = first;
    for (String column : columns.trim().split("\\s+", -1)) {
      String name = column.substring(0, column.indexOf(':'));
      Kind kind = Kind.valueOf(column.substring(name.length() + 1));
      String field =
          name.equals(PROJECT_ID) || name.equals("resourceid")
              ? name
              : kind == Kind.LONGITUDE ? LOCATION : prefix + name;
      all.add(
          new Column(
              name, field, kind, first + all.size(), (",\"" + field + "\":").getBytes(UTF_8)));
    }
    this.columns = List.copyOf(all);
    this.keyColumn = all.stream().map(Column::name).toList().indexOf(PROJECT_ID);
  }

  /** Returns the number of its first column, which identifies the table. */
  int first() {
    return first;
  }

  /** Returns the table whose first column has this number. */
  static Table startingAt(int first) {
    for (Table table : values()) {
      if (table.first == first) {
        return table;
      }
    }
    throw new IllegalArgumentException("no table starts at column " + first);
  }

  /** Returns the columns in the order of the file. */
  List<Column> columns() {
    return columns;
  }

  /** Returns the index of the column of the project's id. */
  int keyColumn() {
    return keyColumn;
  }

  /** Returns the mapping of the documents, as JSON. */
  public static String mapping() {
    List<String> fields = new ArrayList<>();
    for (Table table : values()) {
      for (Column column : table.columns) {
        boolean again = column.name.equals(PROJECT_ID) && table != DONATIONS;
        if (column.kind != Kind.LATITUDE && !again) {
          fields.add("\"" + column.field + "\":" + column.kind.mapping());
        }
      }
    }
    return "{\"properties\":{" + String.join(",", fields) + "}}";
  }
}
