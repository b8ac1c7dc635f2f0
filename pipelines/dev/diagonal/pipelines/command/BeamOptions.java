package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.run.Runners;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.StreamSupport;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.ExperimentalOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.apache.beam.sdk.options.StreamingOptions;

/**
 * Creates Beam's options objects with the options of the runner in use only.
 *
 * <p>On first use, Beam's factory registers the options of every runner and harness on the class
 * path, and checks each against all earlier ones: 1.1 s of a start of 3 s. So it sees none of them,
 * and only the needed ones are registered here.
 */
final class BeamOptions {

  private static final String REGISTRARS =
      "META-INF/services/" + PipelineOptionsRegistrar.class.getName();

  /** The names of the registrars of object stores and HDFS; registrars of runners have others. */
  private static final List<String> FILE_SYSTEMS =
      List.of("org.apache.beam.sdk.io.", "org.apache.beam.sdk.extensions.gcp.");

  private BeamOptions() {}

  /**
   * Returns the options.
   *
   * @throws IllegalArgumentException if Beam or the runner does not know an option or its value
   */
  static <O extends PipelineOptions> O of(Class<O> type, List<String> args) {
    Thread thread = Thread.currentThread();
    ClassLoader loader = thread.getContextClassLoader();
    thread.setContextClassLoader(new WithoutRegistrars(loader));
    try {
      PipelineOptionsFactory.register(StreamingOptions.class);
    } finally {
      thread.setContextClassLoader(loader);
    }
    PipelineOptionsFactory.register(ExperimentalOptions.class);
    PipelineOptionsFactory.register(
        Runners.isFlink(args) ? FlinkPipelineOptions.class : DirectOptions.class);
    registerFileSystems(loader);
    return PipelineOptionsFactory.fromArgs(args.toArray(String[]::new)).as(type);
  }

  /** Registers the options of file system modules that the user has put on the class path. */
  private static void registerFileSystems(ClassLoader loader) {
    ServiceLoader.load(PipelineOptionsRegistrar.class, loader).stream()
        .filter(each -> FILE_SYSTEMS.stream().anyMatch(each.type().getName()::startsWith))
        .flatMap(each -> StreamSupport.stream(each.get().getPipelineOptions().spliterator(), false))
        .forEach(PipelineOptionsFactory::register);
  }

  /** Finds everything that its parent finds, except the list of options to register. */
  private static final class WithoutRegistrars extends ClassLoader {

    WithoutRegistrars(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(REGISTRARS) ? Collections.emptyEnumeration() : super.getResources(name);
    }
  }
}
