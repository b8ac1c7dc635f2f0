package dev.diagonal.internal.files.stored;

import java.util.Map;
import org.apache.beam.sdk.io.FileSystems;
import org.apache.beam.sdk.io.fs.ResourceId;

/**
 * Beam's modules for remote file systems. The bundled jar contains none of them; Beam finds them on
 * the class path.
 */
public final class FileSystemModules {

  private static final Map<String, String> MODULES =
      Map.of(
          "s3", "beam-sdks-java-io-amazon-web-services2",
          "gs", "beam-sdks-java-extensions-google-cloud-platform-core",
          "hdfs", "beam-sdks-java-io-hadoop-file-system");

  private FileSystemModules() {}

  /**
   * Checks that a path can be read or written.
   *
   * @param path local, or with a scheme such as {@code s3://}
   * @throws IllegalArgumentException if no module for its scheme is on the class path; the message
   *     is one line and names the module
   */
  public static void require(String path) {
    int colon = path.indexOf("://");
    if (colon < 0) {
      return;
    }
    try {
      ResourceId unused = FileSystems.matchNewResource(path, false);
    } catch (IllegalArgumentException e) {
      String scheme = path.substring(0, colon);
      String module = MODULES.get(scheme);
      if (!String.valueOf(e.getMessage()).startsWith("No filesystem found")) {
        throw e;
      }
      throw new IllegalArgumentException(
          module == null
              ? "no module on the class path reads or writes %s://%s"
                  .formatted(
                      scheme, scheme.matches("https?|ftp") ? ": download the file first" : "")
              : "%s:// needs Beam's module %s and its dependencies on the class path"
                  .formatted(scheme, module),
          e);
    }
  }
}
