package dev.diagonal.pipelines.report;

import java.util.List;
import java.util.Optional;
import org.apache.beam.sdk.util.ReleaseInfo;
import org.apache.flink.runtime.util.EnvironmentInformation;

/** The versions of what runs: what {@code --version} prints, and a report shows. */
public final class Versions {

  /** Classes that do not come from a jar have no version. */
  private static final String UNPACKED = "development version";

  private Versions() {}

  /** Returns one line per part: ours, Beam, Flink and Java. */
  public static List<String> lines() {
    String ours = Versions.class.getPackage().getImplementationVersion();
    return List.of(
        "Diagonal " + Optional.ofNullable(ours).orElse(UNPACKED),
        "Beam     " + ReleaseInfo.getReleaseInfo().getVersion(),
        "Flink    " + EnvironmentInformation.getVersion(),
        "Java     "
            + System.getProperty("java.version")
            + " ("
            + System.getProperty("java.vendor")
            + ")");
  }
}
