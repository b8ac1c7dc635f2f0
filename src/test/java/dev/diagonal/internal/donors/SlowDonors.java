package dev.diagonal.internal.donors;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The documents of three good files as the issue words it, by collections of strings and Commons
 * CSV: nothing is shared with what is tested, the names of the columns neither.
 */
public final class SlowDonors {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CSVFormat FORMAT = CSVFormat.RFC4180.builder().setEscape('\\').build();

  private static final List<String> PROJECTS =
      names(
          """
          projectid, teacher_acctid, schoolid, school_ncesid, school_latitude, school_longitude,
          school_city, school_state, school_zip, school_metro, school_district, school_county,
          school_charter, school_magnet, school_year_round, school_nlns, school_kipp,
          school_charter_ready_promise, teacher_prefix, teacher_teach_for_america,
          teacher_ny_teaching_fellow, primary_focus_subject, primary_focus_area,
          secondary_focus_subject, secondary_focus_area, resource_type, poverty_level, grade_level,
          vendor_shipping_charges, sales_tax, payment_processing_charges,
          fulfillment_labor_materials, total_price_excluding_optional_support,
          total_price_including_optional_support, students_reached, total_donations, num_donors,
          eligible_double_your_impact_match, eligible_almost_home_match, funding_status,
          date_posted, date_completed, date_thank_you_packet_mailed, date_expiration""");

  private static final List<String> DONATIONS =
      names(
          """
          donationid, projectid, donor_acctid, cartid, donor_city, donor_state, donor_zip,
          is_teacher_acct, donation_timestamp, donation_to_project, donation_optional_support,
          donation_total, donation_included_optional_support, payment_method,
          payment_included_acct_credit, payment_included_campaign_gift_card,
          payment_included_web_purchased_gift_card, payment_was_promo_matched,
          is_teacher_referred, giving_page_id, giving_page_type, for_honoree,
          thank_you_packet_mailed""");

  private static final List<String> RESOURCES =
      names(
          """
          resourceid, projectid, vendorid, vendor_name, item_name, item_number, item_unit_price,
          item_quantity""");

  private static final Set<String> NUMBERS =
      Set.of(
          "project_vendor_shipping_charges",
          "project_sales_tax",
          "project_payment_processing_charges",
          "project_fulfillment_labor_materials",
          "project_total_price_excluding_optional_support",
          "project_total_price_including_optional_support",
          "project_total_donations",
          "donation_to_project",
          "donation_optional_support",
          "donation_total",
          "resource_item_unit_price",
          "resource_item_quantity");

  private static final Set<String> COUNTS =
      Set.of("project_students_reached", "project_num_donors");

  private static final Set<String> DATES =
      Set.of(
          "project_date_expiration",
          "project_date_posted",
          "project_date_thank_you_packet_mailed",
          "project_date_completed",
          "donation_timestamp");

  private SlowDonors() {}

  /** Returns the documents, by the ids of the donations. */
  public static Map<String, ObjectNode> documents(Path projects, Path donations, Path resources)
      throws IOException {
    Map<String, List<Map<String, String>>> grouped = new HashMap<>();
    for (Map<String, String> resource : read(resources, RESOURCES)) {
      grouped.computeIfAbsent(resource.get("projectid"), k -> new ArrayList<>()).add(resource);
    }
    Map<String, Map<String, String>> byId = new HashMap<>();
    for (Map<String, String> project : read(projects, PROJECTS)) {
      byId.put(project.get("projectid"), project);
    }
    Map<String, ObjectNode> documents = new HashMap<>();
    for (Map<String, String> donation : read(donations, DONATIONS)) {
      ObjectNode document = JSON.createObjectNode();
      donation.forEach((name, value) -> put(document, name, value));
      Map<String, String> project = byId.get(donation.get("projectid"));
      if (project != null) {
        addProject(document, project);
        addResources(document, grouped.getOrDefault(donation.get("projectid"), List.of()));
      }
      documents.put(donation.get("donationid"), document);
    }
    return documents;
  }

  private static void addProject(ObjectNode document, Map<String, String> project) {
    project.forEach(
        (name, value) -> {
          if (!name.equals("projectid") && !name.matches("school_(latitude|longitude)")) {
            put(document, "project_" + name, value);
          }
        });
    String latitude = project.getOrDefault("school_latitude", "");
    String longitude = project.getOrDefault("school_longitude", "");
    if (!latitude.isEmpty() && !longitude.isEmpty()) {
      document
          .putArray("project_location")
          .add(Double.parseDouble(longitude))
          .add(Double.parseDouble(latitude));
    }
  }

  private static void addResources(ObjectNode document, List<Map<String, String>> resources) {
    for (String name : RESOURCES) {
      if (name.equals("projectid") || resources.isEmpty()) {
        continue;
      }
      String field = name.equals("resourceid") ? name : "resource_" + name;
      if (resources.size() == 1) {
        put(document, field, resources.get(0).getOrDefault(name, ""));
        continue;
      }
      ArrayNode list = document.putArray(field);
      for (Map<String, String> resource : resources) {
        ObjectNode one = JSON.createObjectNode();
        put(one, field, resource.getOrDefault(name, ""));
        list.add(one.get(field));
      }
    }
  }

  private static void put(ObjectNode document, String name, String value) {
    if (value.isEmpty()) {
      return;
    }
    if (NUMBERS.contains(name)) {
      document.put(name, Double.parseDouble(value));
    } else if (COUNTS.contains(name)) {
      document.put(name, Integer.parseInt(value));
    } else if (DATES.contains(name)) {
      document.put(name, date(value));
    } else {
      document.put(name, value);
    }
  }

  private static String date(String value) {
    if (value.length() == 10) {
      return LocalDate.parse(value) + "T00:00:00";
    }
    LocalDateTime time = LocalDateTime.parse(value.replace(' ', 'T'));
    String form = time.getNano() == 0 ? "yyyy-MM-dd'T'HH:mm:ss" : "yyyy-MM-dd'T'HH:mm:ss.SSSSSS";
    return DateTimeFormatter.ofPattern(form, Locale.ROOT).format(time);
  }

  private static List<Map<String, String>> read(Path file, List<String> names) throws IOException {
    List<Map<String, String>> rows = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file));
        CSVParser parser = CSVParser.parse(new InputStreamReader(in, UTF_8), FORMAT)) {
      for (CSVRecord record : parser) {
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
          String value = record.get(i);
          boolean literalQuotes = value.length() > 1 && value.startsWith("\"");
          row.put(
              names.get(i),
              names.get(i).endsWith("id") && literalQuotes
                  ? value.substring(1, value.length() - 1)
                  : value);
        }
        rows.add(row);
      }
    }
    return rows;
  }

  private static List<String> names(String columns) {
    return List.of(columns.trim().split("\\s*,\\s*"));
  }
}
