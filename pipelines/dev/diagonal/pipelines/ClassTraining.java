package dev.diagonal.pipelines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.diagonal.pipelines.command.ExitCode;
import dev.diagonal.pipelines.command.Launcher;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Loads the classes that the commands load, so that the JVM archives them: {@code java
 * -XX:ArchiveClassesAtExit=<archive> -cp <bundled jar> dev.diagonal.pipelines.ClassTraining}. A JVM
 * that is given the archive starts sooner. Runs small jobs, and loads by name the classes that only
 * a job with a database loads. Those of Flink are left out: they would double the archive. Ends
 * with {@value #FAILED} if a job fails.
 */
public final class ClassTraining {

  /** Our classes, and those of the driver in the jar. */
  private static final List<String> LOADED_BY_NAME = List.of("dev/diagonal/", "org/postgresql/");

  private static final String CLASS_FILE = ".class";

  /** A JVM that makes no archives ends with 1, before it starts. */
  private static final int FAILED = 3;

  private ClassTraining() {}

  public static void main(String[] args) {
    boolean succeeded;
    try {
      succeeded = succeeds();
    } catch (Exception | LinkageError e) {
      e.printStackTrace();
      succeeded = false;
    }
    System.exit(succeeded ? 0 : FAILED);
  }

  /** Runs the jobs and loads classes by name; returns whether all jobs succeeded. */
  private static boolean succeeds() throws IOException, URISyntaxException {
    Path directory = Files.createTempDirectory("diagonal-classes");
    ExitCode exitCode;
    try {
      exitCode = run(directory);
    } finally {
      delete(directory);
    }
    loadByName();
    return exitCode == ExitCode.DONE;
  }

  /** Runs the jobs, up to the first that fails. */
  private static ExitCode run(Path directory) throws IOException {
    Path ratings =
        Files.writeString(
            directory.resolve("ratings.csv"),
            "userId,movieId,rating,timestamp,name,day\n1,1,4.0,964982703,one,2000-07-30\n2,3,0.5,964982224,,\n",
            UTF_8);
    Launcher launcher = new Launcher(Main.COMMANDS, Optional.empty());
    ExitCode exitCode = ExitCode.DONE;
    for (List<String> command :
        List.of(
            List.of(
                "movie-ratings", "--input=" + ratings, "--output=" + directory.resolve("o.csv")),
            List.of("transfer", "--from=csv:" + ratings, "--to=csv:" + directory.resolve("t.csv")),
            List.of(
                "transfer",
                "--from=csv:" + ratings,
                "--to=jsonl:" + directory.resolve("t.jsonl")))) {
      if (exitCode == ExitCode.DONE) {
        exitCode = launcher.launch(command);
      }
    }
    return exitCode;
  }

  private static void loadByName() throws IOException, URISyntaxException {
    CodeSource source = requireNonNull(ClassTraining.class.getProtectionDomain().getCodeSource());
    File jar = new File(source.getLocation().toURI());
    try (JarFile file = new JarFile(jar, false, ZipFile.OPEN_READ, Runtime.version())) {
      for (String name : file.versionedStream().map(entry -> entry.getName()).toList()) {
        if (name.endsWith(CLASS_FILE) && LOADED_BY_NAME.stream().anyMatch(name::startsWith)) {
          load(name.substring(0, name.length() - CLASS_FILE.length()).replace('/', '.'));
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class.forName(name, false, ClassTraining.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // The class is for an optional library, which is not on the class path.
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
