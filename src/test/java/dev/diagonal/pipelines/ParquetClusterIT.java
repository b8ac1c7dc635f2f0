package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launched;
import dev.diagonal.pipelines.local.FlinkCluster;
import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.FlinkExtension;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The optional jars of Parquet travel to the workers of a cluster. */
@ExtendWith(FlinkExtension.class)
final class ParquetClusterIT {

  private static final Pattern OPTIONAL =
      Pattern.compile(".*/org/(apache/(parquet|hadoop)|locationtech/jts)/.*[.]jar");

  private final Path directory;
  private final FlinkCluster cluster;

  ParquetClusterIT(@TempDir Path directory, FlinkCluster cluster) {
    this.directory = directory;
    this.cluster = cluster;
  }

  @Test
  void workersReadAndWriteParquet() throws Exception {
    String text = "id,name\n" + "1,a\n2,\u00e9\n".repeat(500);
    Path csv = Files.writeString(directory.resolve("in.csv"), text);
    Path parquet = directory.resolve("in.parquet");
    Launched written =
        Launched.with(Main.COMMANDS, "transfer", "--from=csv:" + csv, "--to=parquet:" + parquet);
    assertThat(written.exitCode()).as("%s", written).isEqualTo(ExitCode.DONE);

    Path copy = directory.resolve("copy.parquet");
    Path out = directory.resolve("out.csv");
    ChildJvm child =
        new ClusterRun(cluster)
            .runWith(
                optional(),
                "transfer --from=parquet:%s --to=parquet:%s,csv:%s".formatted(parquet, copy, out));
    assertThat(child.status()).as("%s", child).isZero();
    assertThat(child.out().get(0)).startsWith("transfer: 1,000 rows read, 0 bad, in ");
    assertThat(out).hasContent(text);

    Path again = directory.resolve("again.csv");
    Launched read =
        Launched.with(Main.COMMANDS, "transfer", "--from=parquet:" + copy, "--to=csv:" + again);
    assertThat(read.exitCode()).as("%s", read).isEqualTo(ExitCode.DONE);
    assertThat(again).hasContent(text);
  }

  /** Returns the jars of Parquet, which the bundled jar does not contain. */
  private static List<String> optional() {
    List<String> jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> OPTIONAL.matcher(entry).matches())
            .toList();
    assertThat(jars).anyMatch(jar -> jar.contains("parquet-hadoop"));
    return jars;
  }
}
