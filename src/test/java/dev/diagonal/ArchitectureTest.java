package dev.diagonal;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.diagonal.internal.block.SpreadParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.beam.sdk.io.UnboundedSource;
import org.apache.beam.sdk.options.PipelineOptions;
import org.jspecify.annotations.NullMarked;

/** Which package may import which, and how things are not to be called. */
@AnalyzeClasses(packages = "dev.diagonal", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {

  /** Packages of one layer may import all layers above their own in this list, none beside them. */
  private static final List<Set<String>> LAYERS =
      List.of(
          Set.of(
              "block",
              "files.stored",
              "internal.bytes",
              "internal.elasticsearch.tls",
              "internal.trace",
              "metrics"),
          Set.of("fault", "grid", "internal.block", "internal.metrics", "schedule"),
          Set.of(
              "elasticsearch.bulk", "internal.fault", "internal.files.stored", "internal.schedule"),
          Set.of("files", "internal.elasticsearch.bulk", "internal.files.output", "shard"),
          Set.of(
              "conflictfree",
              "csv",
              "elasticsearch",
              "internal.elasticsearch.index",
              "internal.files",
              "internal.jdbc.schema",
              "internal.join",
              "internal.textfile"),
          Set.of("elasticsearch.index", "internal.csv", "internal.jdbc.sql", "textfile"),
          Set.of("internal.donors", "jdbc.connection", "jdbc.table", "ratings.data", "rows"),
          Set.of(
              "beamio",
              "internal.jdbc.connection",
              "internal.ratings",
              "internal.rows",
              "internal.statement"),
          Set.of(
              "internal.jdbc.ledger",
              "internal.jdbc.table",
              "internal.rows.types",
              "internal.transfer.document",
              "ratings"),
          Set.of(
              "internal.jdbc.copy",
              "internal.jdbc.dialect",
              "internal.jdbc.snapshot",
              "jdbc",
              "jobs.schema",
              "statement",
              "transfer.mapping"),
          Set.of(
              "internal.jobs.schema",
              "internal.transfer.mapping",
              "internal.transfer.source",
              "jdbc.relationships",
              "jdbc.write"),
          Set.of(
              "internal.edges",
              "internal.jdbc.relationships",
              "internal.taxi",
              "internal.transfer",
              "internal.transfer.write",
              "jobs"),
          Set.of("internal.transfer.parquet", "internal.transfer.receipt"),
          Set.of("internal.jobs", "internal.transfer.sink"),
          Set.of("internal.transfer.resume"),
          Set.of("internal.transfer.run"),
          Set.of("transfer"),
          Set.of("internal.schematransforms"),
          Set.of("pipelines.dryrun", "pipelines.progress", "pipelines.servers", "pipelines.usage"),
          Set.of("pipelines.jobfiles"),
          Set.of("pipelines.flink", "pipelines.report"),
          Set.of("pipelines.run"),
          Set.of("pipelines.options"),
          Set.of("pipelines.command", "pipelines.plan"),
          Set.of("pipelines.local", "pipelines.transfer.spec"),
          Set.of("pipelines.transfer.job"),
          Set.of(
              "pipelines.clean",
              "pipelines.ratings",
              "pipelines.batches",
              "pipelines.edges",
              "pipelines.taxi",
              "pipelines.donors",
              "pipelines.transfer"),
          Set.of("pipelines"));

  /** More files than these, {@code package-info} apart, and a package is a drawer. */
  private static final int MOST_FILES = 20;

  /** A file with more lines than these holds a second idea. */
  private static final int MOST_LINES = 300;

  @ArchTest
  static final ArchRule IMPORTS_POINT_ONE_WAY =
      classes().should(new ImportOnlyLowerLayers()).as("imports should point one way");

  @ArchTest
  static final ArchRule THE_EMBEDDED_SERVERS_ARE_LOADED_BY_NAME_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.diagonal.pipelines.local..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.diagonal.pipelines.local..");

  @ArchTest
  static final ArchRule OPTIONS_STOP_AT_THE_PIPELINES =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.diagonal.pipelines..")
          .and()
          .areNotAssignableTo(UnboundedSource.class) // is handed them, like it or not
          .and()
          .areNotAssignableTo(SpreadParts.class) // asks which runner spreads its parts
          .should()
          .dependOnClassesThat(assignableTo(PipelineOptions.class));

  /** Pipelines that write with our transforms need no jar of Beam's own connectors. */
  @ArchTest
  static final ArchRule BEAMS_CONNECTORS_STOP_AT_THEIR_ADAPTERS =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.diagonal.beamio..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.beam.sdk.io.jdbc..", "org.apache.beam.sdk.io.elasticsearch..");

  @ArchTest
  static final ArchRule PACKAGES_HAVE_NO_CYCLES =
      slices().matching("dev.diagonal.(**)").should().beFreeOfCycles();

  /** Leases, heartbeats and transactions go by the database's clock: those of workers differ. */
  @ArchTest
  void noClockOfAWorkerCounts(JavaClasses classes) {
    noClasses()
        .that()
        .doNotHaveSimpleName("WatchedFiles") // how long it has found no file, by one clock
        .and()
        .doNotHaveSimpleName("RunHold") // whether a part file is a day old
        .and()
        .doNotHaveSimpleName("RunReport") // when it started, for the reader
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(OffsetDateTime.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callConstructor(Date.class)
        .check(classes);
  }

  @ArchTest
  static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS =
      noClasses().should().haveNameMatching(".*(Utils?|Helper|Manager|Common|Impl)(\\$.*)?");

  @ArchTest
  static void everyPackageSaysWhatItIsAndIsNullMarked(JavaClasses classes) {
    Map<String, Boolean> marked = new TreeMap<>();
    for (JavaClass type : classes) {
      marked.putIfAbsent(type.getPackageName(), false);
      if (type.getSimpleName().equals("package-info")) {
        marked.put(type.getPackageName(), type.isAnnotatedWith(NullMarked.class));
      }
    }
    List<String> unmarked = new ArrayList<>();
    marked.forEach((name, isMarked) -> unmarked.addAll(isMarked ? List.of() : List.of(name)));
    if (!unmarked.isEmpty()) {
      throw new AssertionError("packages without a @NullMarked package-info: " + unmarked);
    }
  }

  @ArchTest
  static void packagesStaySmall(JavaClasses classes) {
    Map<String, Set<String>> files = new TreeMap<>();
    for (JavaClass type : classes) {
      if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info")) {
        files.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>()).add(type.getName());
      }
    }
    files.values().removeIf(names -> names.size() <= MOST_FILES);
    assertThat(files).as("packages of more than %s files", MOST_FILES).isEmpty();
  }

  @ArchTest
  static void filesStayShort(JavaClasses classes) throws IOException {
    Map<String, Long> lines = new TreeMap<>();
    for (String sources : List.of("transforms", "pipelines")) {
      try (Stream<Path> files = Files.walk(Path.of(sources))) {
        for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
          lines.put(file.toString(), (long) Files.readAllLines(file).size());
        }
      }
    }
    assertThat(lines).as("the main sources").isNotEmpty();
    lines.values().removeIf(count -> count <= MOST_LINES);
    assertThat(lines).as("files of more than %s lines", MOST_LINES).isEmpty();
  }

  private static final class ImportOnlyLowerLayers extends ArchCondition<JavaClass> {

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.diagonal..");

    ImportOnlyLowerLayers() {
      super("import only packages of lower layers");
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
      int layer = layerOf(type);
      if (layer < 0 && not(resideInAPackage("dev.diagonal")).test(type)) {
        events.add(SimpleConditionEvent.violated(type, type.getName() + " is in no layer"));
      }
      type.getDirectDependenciesFromSelf().stream()
          .filter(dependency -> OURS.test(dependency.getTargetClass()))
          .filter(dependency -> !samePackage(type, dependency.getTargetClass()))
          .filter(dependency -> layerOf(dependency.getTargetClass()) >= layer)
          .forEach(
              dependency ->
                  events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
    }

    private static boolean samePackage(JavaClass a, JavaClass b) {
      return a.getPackageName().equals(b.getPackageName());
    }

    private static int layerOf(JavaClass type) {
      String name = type.getPackageName().replaceFirst("^dev\\.diagonal\\.?", "");
      for (int layer = 0; layer < LAYERS.size(); layer++) {
        if (LAYERS.get(layer).contains(name)) {
          return layer;
        }
      }
      return -1;
    }
  }
}
