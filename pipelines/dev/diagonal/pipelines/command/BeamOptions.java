package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.run.Runners;
import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.apache.beam.runners.direct.DirectOptions;
import org.apache.beam.runners.flink.FlinkPipelineOptions;
import org.apache.beam.sdk.options.ExperimentalOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.PipelineOptionsRegistrar;
import org.apache.beam.sdk.options.StreamingOptions;

/**
 * Makes Beam's options objects, knowing the options of the runner in use and no others.
 *
 * <p>When Beam's factory is first touched, it registers the options of every runner and harness on
 * the class path, and checks each anew against all before it: 1.1 s of a start of 3 s. So it is
 * shown none, and then told those that can be meant.
 */
final class BeamOptions {

  private static final String REGISTRARS =
      "META-INF/services/" + PipelineOptionsRegistrar.class.getName();

  private BeamOptions() {}

  /**
   * Returns the options.
   *
   * @throws IllegalArgumentException if Beam or the runner does not know one, or not its value
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
    return PipelineOptionsFactory.fromArgs(args.toArray(String[]::new)).as(type);
  }

  /** Finds all that its parent finds, but for the list of options to register. */
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
