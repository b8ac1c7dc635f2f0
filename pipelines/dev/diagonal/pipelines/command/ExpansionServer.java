package dev.diagonal.pipelines.command;

import org.apache.beam.sdk.expansion.service.ExpansionService;

/**
 * Serves the transforms to SDKs in other languages. Beam YAML starts the jar of a {@code javaJar}
 * provider as {@code java -jar <jar> <port> --filesToStage=<jar>}, without a command.
 */
public final class ExpansionServer {

  private ExpansionServer() {}

  /** Returns whether the arguments are those of an expansion service: the first one is a port. */
  public static boolean isMeant(String[] args) {
    return args.length > 0 && args[0].matches("\\d{1,5}");
  }

  /**
   * Serves until the process is ended.
   *
   * @throws Exception if the port cannot be opened
   */
  public static void serve(String[] args) throws Exception {
    ExpansionService.main(args);
  }
}
