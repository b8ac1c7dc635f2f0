package dev.diagonal.testing;

import static net.bytebuddy.matcher.ElementMatchers.any;
import static net.bytebuddy.matcher.ElementMatchers.isDeclaredBy;
import static net.bytebuddy.matcher.ElementMatchers.nameStartsWith;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.none;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.MemberSubstitution;

/**
 * A Java agent that shifts the clock of a child JVM: that of {@code java.time} everywhere, and
 * {@code System.currentTimeMillis()} where leases and runs are kept. {@code System.nanoTime()} and
 * the waits of threads stay as they are. Each class that it transforms costs CPU, so there are few.
 */
public final class ShiftedClock {

  private static final String SHIFT = "diagonal.test.shiftSeconds";

  private ShiftedClock() {}

  /** Returns the options of a JVM whose clock is this much ahead, or behind if negative. */
  public static List<String> jvmOptions(Path directory, Duration shift) throws IOException {
    Path jar = directory.resolve("shifted-clock.jar");
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", ShiftedClock.class.getName());
    attributes.putValue("Can-Retransform-Classes", "true");
    String name = ShiftedClock.class.getName().replace('.', '/') + ".class";
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(file, manifest);
        var bytes = ShiftedClock.class.getClassLoader().getResourceAsStream(name)) {
      entries.putNextEntry(new JarEntry(name));
      bytes.transferTo(entries);
      entries.closeEntry();
    }
    return List.of("-javaagent:" + jar, "-D" + SHIFT + "=" + shift.toSeconds());
  }

  /** Is called by the JVM before its main class. */
  public static void premain(String unused, Instrumentation instrumentation) throws Exception {
    new AgentBuilder.Default()
        .disableClassFormatChanges()
        .with(AgentBuilder.RedefinitionStrategy.RETRANSFORMATION)
        .ignore(none())
        .type(named("java.time.Clock"))
        .transform(
            (builder, type, loader, module, domain) ->
                builder.visit(Advice.to(Later.class).on(named("currentInstant"))))
        .type(
            nameStartsWith("dev.diagonal.jobs.")
                .or(nameStartsWith("dev.diagonal.internal.jobs."))
                .or(nameStartsWith("dev.diagonal.internal.jdbc.schema.")))
        .transform(
            (builder, type, loader, module, domain) -> {
              try {
                return builder.visit(
                    MemberSubstitution.relaxed()
                        .method(named("currentTimeMillis").and(isDeclaredBy(System.class)))
                        .replaceWith(ShiftedClock.class.getMethod("currentTimeMillis"))
                        .on(any()));
              } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
              }
            })
        .installOn(instrumentation);
    Duration shown =
        Duration.between(Instant.ofEpochMilli(System.currentTimeMillis()), Instant.now());
    if (Math.abs(shown.toSeconds() - Long.getLong(SHIFT)) > 60) {
      throw new IllegalStateException("the clock is shifted by " + shown);
    }
  }

  /** Returns the shifted time. */
  public static long currentTimeMillis() {
    return Instant.now().toEpochMilli();
  }

  /** The code at the end of {@code Clock.currentInstant()}, which names nothing of ours. */
  static final class Later {
    private Later() {}

    @Advice.OnMethodExit
    static void exit(@Advice.Return(readOnly = false) Instant now) {
      now = now.plusSeconds(Long.getLong("diagonal.test.shiftSeconds", 0));
    }
  }
}
