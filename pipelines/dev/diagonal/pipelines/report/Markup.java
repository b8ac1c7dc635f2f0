package dev.diagonal.pipelines.report;

import java.util.ArrayDeque;
import java.util.Deque;

/** Builds HTML and SVG that is also well-formed XML. Escapes all text and all attribute values. */
final class Markup {

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param attributes names and values, in turn
   */
  Markup open(String tag, Object... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /** Closes the element that was opened last. */
  Markup close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /** Adds an element without content. */
  Markup empty(String tag, Object... attributes) {
    start(tag, attributes);
    out.append("/>");
    return this;
  }

  /** Adds an element that contains a text. */
  Markup element(String tag, String text, Object... attributes) {
    return open(tag, attributes).text(text).close();
  }

  Markup text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        default -> out.append(isXml(c) ? c : '\ufffd');
      }
    }
    return this;
  }

  /** Adds markup without escaping it. */
  Markup raw(CharSequence markup) {
    out.append(markup);
    return this;
  }

  private void start(String tag, Object... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      text(String.valueOf(attributes[i + 1])).raw("\"");
    }
  }

  /** Control characters are not allowed in XML, and lone surrogates not in UTF-8. */
  private static boolean isXml(char c) {
    return c >= ' ' ? c < 0xfffe : c == '\n' || c == '\t' || c == '\r';
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("these elements are open: " + open);
    }
    return out.toString();
  }
}
