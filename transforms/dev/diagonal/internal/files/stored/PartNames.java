package dev.diagonal.internal.files.stored;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hidden names of a run's files beside a target: {@code .<target>.diagonal-<run>.<kind>}; for
 * parts with the attempt that writes them, {@code .<target>.diagonal-<run>.<kind>.<attempt>}.
 */
public final class PartNames {

  private static final String MARK = ".diagonal-";

  /** Names may have 255 bytes on most file systems; run, kind and attempt take some 90. */
  private static final int MOST_LABEL_BYTES = 120;

  private static final int KEPT_CHARACTERS = 30;
  private static final int HASH_BYTES = 8;

  private static final Pattern NAME =
      Pattern.compile(
          "\\.(.+)"
              + Pattern.quote(MARK)
              + "([0-9a-f]{32})\\.(run|done|(?:whole|part-[0-9]+)\\.[0-9a-f]{32}(?:\\.mode)?)",
          Pattern.DOTALL);

  private PartNames() {}

  /** Returns whether a run has put a file of this name beside its target. */
  public static boolean isPart(@Nullable String name) {
    return name != null && NAME.matcher(name).matches();
  }

  /** Returns the run that has put a file of this name beside a target, or null. */
  public static @Nullable String runOf(String label, String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() && matcher.group(1).equals(label) ? matcher.group(2) : null;
  }

  /** Returns the name of a file of a run. */
  public static String of(String label, String run, String kind) {
    return "." + label + MARK + run + "." + kind;
  }

  /** Returns the label of a target in the names of its parts: its name, or a shortened one. */
  public static String label(String target) {
    byte[] bytes = target.getBytes(UTF_8);
    if (bytes.length <= MOST_LABEL_BYTES) {
      return target;
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return target.substring(0, KEPT_CHARACTERS)
          + "~"
          + HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
