package dev.diagonal.files.stored;

import java.io.Serializable;
import java.util.UUID;

/**
 * The run that an output belongs to. All attempts of all its workers share it.
 *
 * @param id 32 hexadecimal digits
 * @param announced whether the launcher holds a file of the run while it lasts, so that attempts
 *     that outlive the run can detect its end
 */
public record OutputRun(String id, boolean announced) implements Serializable {

  public OutputRun {
    if (!id.matches("[0-9a-f]{32}")) {
      throw new IllegalArgumentException("id must be 32 hexadecimal digits, got '" + id + "'");
    }
  }

  /** Returns a run that is not announced. */
  public static OutputRun alone() {
    return new OutputRun(newId(), false);
  }

  /** Returns a globally unique id. */
  public static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }
}
