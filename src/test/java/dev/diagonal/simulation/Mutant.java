package dev.diagonal.simulation;

import static java.util.stream.Collectors.joining;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A condition of the source that is broken on purpose. The source of its class is patched, compiled
 * in memory, and simulated in place of the real class.
 *
 * @param name what is broken
 * @param broken the class
 * @param search a part of its source that occurs once; white space counts as one space
 * @param replacement what takes its place
 */
record Mutant(String name, Class<?> broken, String search, String replacement) {

  private static final List<Path> ROOTS = List.of(Path.of("transforms"), Path.of("pipelines"));

  /**
   * Returns how the simulator fails with this mutant within some schedules; null if it does not.
   */
  @Nullable String firstFailure(long from, long count) throws Exception {
    Method simulate =
        new Mutated(compiled())
            .loadClass(SimulatedSchedule.class.getName())
            .getDeclaredMethod("firstFailing", long.class, long.class);
    simulate.setAccessible(true);
    try {
      return (String) simulate.invoke(null, from, count);
    } catch (InvocationTargetException failed) {
      return String.valueOf(failed.getCause());
    }
  }

  /** Returns the source of the class, which lies where the class is named after. */
  private String source() throws IOException {
    String file = broken.getName().replaceAll("\\$.*", "").replace('.', '/') + ".java";
    for (Path root : ROOTS) {
      try (Stream<Path> files = Files.walk(root)) {
        Path found = files.filter(path -> path.endsWith(file)).findAny().orElse(null);
        if (found != null) {
          return Files.readString(found);
        }
      }
    }
    throw new IllegalStateException("no source of " + broken);
  }

  /**
   * Returns the broken source.
   *
   * @throws IllegalStateException if the source does not have the part exactly once
   */
  String patched() throws IOException {
    String pattern =
        Stream.of(search.trim().split("\\s+")).map(Pattern::quote).collect(joining("\\s+"));
    String source = source();
    Matcher matcher = Pattern.compile(pattern).matcher(source);
    if (!matcher.find()) {
      throw new IllegalStateException(name + ": the source does not have: " + search);
    }
    int start = matcher.start();
    int end = matcher.end();
    if (matcher.find()) {
      throw new IllegalStateException(name + ": the source has more than once: " + search);
    }
    return source.substring(0, start) + replacement + source.substring(end);
  }

  private Map<String, byte[]> compiled() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    StringWriter errors = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean done =
          compiler
              .getTask(
                  errors,
                  new InMemory(files, classes),
                  null,
                  List.of("-nowarn", "-proc:none", "-parameters"),
                  null,
                  List.of(new Source(broken.getName().replaceAll("\\$.*", ""), patched())))
              .call();
      if (!done) {
        throw new IllegalStateException(name + " does not compile: " + errors);
      }
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((type, code) -> bytes.put(type, code.toByteArray()));
    return bytes;
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String type, String text) {
      super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /** Keeps the classes that are compiled. */
  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
      super(files);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String type, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(URI.create("mem:///" + type.replace('.', '/')), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          classes.put(type, bytes);
          return bytes;
        }
      };
    }
  }

  /** Loads all classes of Diagonal anew, the broken one among them. */
  private static final class Mutated extends ClassLoader {
    private static final String OURS = "dev.diagonal.";
    private final Map<String, byte[]> changed;

    Mutated(Map<String, byte[]> changed) {
      super(Mutant.class.getClassLoader());
      this.changed = changed;
    }

    @Override
    protected Class<?> loadClass(String type, boolean resolve) throws ClassNotFoundException {
      if (!type.startsWith(OURS)) {
        return super.loadClass(type, resolve);
      }
      synchronized (getClassLoadingLock(type)) {
        Class<?> loaded = findLoadedClass(type);
        if (loaded != null) {
          return loaded;
        }
        byte[] bytes = changed.containsKey(type) ? changed.get(type) : original(type);
        return defineClass(type, bytes, 0, bytes.length);
      }
    }

    private byte[] original(String type) throws ClassNotFoundException {
      String file = type.replace('.', '/') + ".class";
      try (InputStream in = getParent().getResourceAsStream(file)) {
        if (in == null) {
          throw new ClassNotFoundException(type);
        }
        return in.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
