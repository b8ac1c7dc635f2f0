package dev.diagonal.fault;

import java.io.Serializable;

/**
 * A password or key that does not show: its {@code toString} is {@code ***}, so that it stays out
 * of messages, logs and display data. It travels in the clear inside the serialized pipeline, as
 * every secret that workers need does.
 */
public record Secret(String value) implements Serializable {

  @Override
  public String toString() {
    return "***";
  }
}
