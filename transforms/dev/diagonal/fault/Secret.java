package dev.diagonal.fault;

import java.io.Serializable;

/**
 * A password or key whose {@code toString} is {@code ***}, so that it never appears in messages,
 * logs or display data. The serialized pipeline contains it in clear text, like every secret that
 * workers need.
 */
public record Secret(String value) implements Serializable {

  @Override
  public String toString() {
    return "***";
  }
}
