package dev.diagonal.internal.fault;

import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;

/** The reason of an exception, for a message or a dead letter. */
public final class Reason {

  private Reason() {}

  /** Returns the message of an exception, or the name of its class if it has none. */
  public static String of(Throwable fault) {
    if (fault instanceof InvalidPathException invalid) {
      return "'%s' is not a valid path: %s".formatted(invalid.getInput(), ofFile(fault));
    }
    String message = fault.getMessage();
    return message == null ? fault.getClass().getSimpleName() : message;
  }

  /** Returns why a file cannot be read or written. */
  public static String ofFile(Throwable fault) {
    if (fault instanceof NoSuchFileException) {
      return "it does not exist";
    } else if (fault instanceof AccessDeniedException) {
      return "permission denied";
    } else if (fault instanceof InvalidPathException invalid) {
      return ofName(invalid);
    }
    return of(fault);
  }

  private static String ofName(InvalidPathException fault) {
    return fault.getReason().contains("unmappable")
        ? "it cannot be written in the character set of this process (%s): set LC_ALL=C.UTF-8"
            .formatted(System.getProperty("sun.jnu.encoding"))
        : fault.getReason();
  }

  /** Returns the reason of the exception at the end of the chain of causes. */
  public static String atRootOf(Throwable fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return of(cause);
  }

  /** Returns the message of an exception, and those of its causes that add to it. */
  public static String withCauses(Throwable fault) {
    String reason = "";
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      String said = message == null || cause instanceof Error ? cause.toString() : message.strip();
      if (!reason.contains(said)) {
        reason += (reason.isEmpty() ? "" : ": ") + said;
      }
    }
    return reason;
  }
}
