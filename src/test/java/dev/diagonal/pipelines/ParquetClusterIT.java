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
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
        run("transfer", "--from=parquet:" + parquet, "--to=parquet:" + copy + ",csv:" + out);
    assertThat(child.status()).as("%s", child).isZero();
    assertThat(child.out().get(0)).startsWith("transfer: 1,000 rows read, 0 bad, in ");
    assertThat(out).hasContent(text);

    Path again = directory.resolve("again.csv");
    Launched read =
        Launched.with(Main.COMMANDS, "transfer", "--from=parquet:" + copy, "--to=csv:" + again);
    assertThat(read.exitCode()).as("%s", read).isEqualTo(ExitCode.DONE);
    assertThat(again).hasContent(text);
  }

  /** Runs the bundled jar with the optional ones after it, as {@code bin/diagonal} does. */
  private ChildJvm run(String command, String... options) {
    String optional =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> OPTIONAL.matcher(entry).matches())
            .collect(Collectors.joining(File.pathSeparator));
    assertThat(optional).contains("parquet-hadoop");
    List<String> args = new ArrayList<>(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1"));
    args.addAll(ChildJvm.opens());
    args.addAll(List.of("-cp", ChildJvm.jar() + File.pathSeparator + optional));
    args.addAll(List.of(Main.class.getName(), command, "@runner-configs/flink-cluster.args"));
    args.add("--flinkMaster=" + cluster.address());
    args.addAll(List.of(options));
    return ChildJvm.run(args.toArray(String[]::new));
  }
}
