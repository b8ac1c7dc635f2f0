package dev.diagonal.pipelines.report;

import java.util.List;

/** The parts that sections of a report are made of. */
final class Sections {

  /** On a phone, tables of so many columns show each row below the one before, with its heads. */
  private static final int WIDE = 4;

  private Sections() {}

  /** Opens a section with its heading. */
  static void open(Markup page, String id, String heading) {
    page.open("section", "id", id).element("h2", heading);
  }

  static void note(Markup page, String text) {
    page.element("p", text, "class", "soft");
  }

  /** Adds large figures with what they count. */
  static void figures(Markup page, List<Figure> figures) {
    page.open("dl", "class", "figures");
    for (Figure figure : figures) {
      page.open("div").element("dt", figure.name).element("dd", figure.value).close();
    }
    page.close();
  }

  /** A figure. */
  record Figure(String name, String value) {}

  /**
   * Adds a table.
   *
   * @param words how many columns hold text; the others hold numbers
   */
  static void table(Markup page, int words, List<String> head, List<List<String>> rows) {
    String width = head.size() >= WIDE ? "wide" : "narrow";
    page.open("div", "class", "scroll").open("table", "class", width).open("thead").open("tr");
    for (int i = 0; i < head.size(); i++) {
      page.element("th", head.get(i), "class", i < words ? "w" : "n");
    }
    page.close().close().open("tbody");
    for (List<String> row : rows) {
      page.open("tr");
      for (int i = 0; i < row.size(); i++) {
        page.element("td", row.get(i), "class", i < words ? "w" : "n", "data-head", head.get(i));
      }
      page.close();
    }
    page.close().close().close();
  }
}
