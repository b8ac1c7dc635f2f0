package dev.diagonal.testing;

import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a server as a parameter. It is started for the first test that asks for it, shared by
 * all test classes of the JVM, and closed after the last one: tests keep to tables and indexes of
 * names of their own.
 */
abstract class SharedServerExtension<S extends AutoCloseable> implements ParameterResolver {

  private static final Namespace NAMESPACE = Namespace.create(SharedServerExtension.class);

  private final Class<S> type;
  private final Supplier<S> starter;

  SharedServerExtension(Class<S> type, Supplier<S> starter) {
    this.type = type;
    this.starter = starter;
  }

  @Override
  public final boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == type;
  }

  @Override
  public final S resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return shared(context, type, starter);
  }

  /** Returns the server of that type; the first caller in the JVM starts it. */
  static <S extends AutoCloseable> S shared(
      ExtensionContext context, Class<S> type, Supplier<S> starter) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .getOrComputeIfAbsent(type, key -> starter.get(), type);
  }
}
