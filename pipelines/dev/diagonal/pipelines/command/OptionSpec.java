package dev.diagonal.pipelines.command;

import dev.diagonal.pipelines.usage.Needs;
import dev.diagonal.pipelines.usage.OptionGroup;
import dev.diagonal.pipelines.usage.UsageException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.beam.sdk.options.Default;
import org.apache.beam.sdk.options.Description;
import org.apache.beam.sdk.options.Validation;
import org.jspecify.annotations.Nullable;

/**
 * An option of a command, as its interface declares it.
 *
 * @param name as on the command line, without the dashes
 * @param type the return type of its getter
 * @param description its meaning
 * @param defaultValue its default as text, or null if it has none
 * @param required whether it must be set
 * @param heading where {@code --help} lists it
 * @param needs the option without which it has no effect, or an empty text
 */
record OptionSpec(
    String name,
    Class<?> type,
    String description,
    @Nullable String defaultValue,
    boolean required,
    OptionGroup.Heading heading,
    String needs) {

  private static final Pattern GETTER = Pattern.compile("(?:get|is)([A-Z].*)");

  /** Returns the options that an interface and our interfaces above it declare, sorted by name. */
  static List<OptionSpec> of(Class<?> options) {
    return Arrays.stream(options.getMethods())
        .filter(method -> GETTER.matcher(method.getName()).matches())
        .filter(method -> method.getDeclaringClass().getName().startsWith("dev.diagonal."))
        .map(OptionSpec::of)
        .sorted(Comparator.comparing(OptionSpec::name))
        .toList();
  }

  private static OptionSpec of(Method getter) {
    String property = getter.getName().replaceFirst("^(get|is)", "");
    Description description = getter.getAnnotation(Description.class);
    return new OptionSpec(
        property.substring(0, 1).toLowerCase(Locale.ROOT) + property.substring(1),
        getter.getReturnType(),
        description == null ? "" : description.value(),
        defaultOf(getter),
        getter.isAnnotationPresent(Validation.Required.class),
        headingOf(getter),
        needsOf(getter));
  }

  private static OptionGroup.Heading headingOf(Method getter) {
    OptionGroup own = getter.getAnnotation(OptionGroup.class);
    OptionGroup shared = getter.getDeclaringClass().getAnnotation(OptionGroup.class);
    if (own != null) {
      return own.value();
    }
    return shared == null ? OptionGroup.Heading.RUN : shared.value();
  }

  private static String needsOf(Method getter) {
    Needs own = getter.getAnnotation(Needs.class);
    Needs shared = getter.getDeclaringClass().getAnnotation(Needs.class);
    if (own != null) {
      return own.value();
    }
    return shared == null ? "" : shared.value();
  }

  private static @Nullable String defaultOf(Method getter) {
    for (Annotation annotation : getter.getAnnotations()) {
      if (annotation instanceof Default.String text) {
        return text.value();
      } else if (annotation instanceof Default.Integer number) {
        return Integer.toString(number.value());
      } else if (annotation instanceof Default.Long number) {
        return Long.toString(number.value());
      } else if (annotation instanceof Default.Boolean flag) {
        return Boolean.toString(flag.value());
      } else if (annotation instanceof Default.Enum constant) {
        return constant.value();
      }
    }
    return null;
  }

  /** Returns the form of its value, for messages. */
  String valueForm() {
    if (type == int.class || type == long.class) {
      return "number";
    } else if (type == boolean.class) {
      return "true|false";
    } else if (type == List.class) {
      return "text,…";
    } else if (type.isEnum()) {
      return String.join("|", values());
    }
    return "text";
  }

  /** Returns all valid values, or none if they cannot be listed. */
  List<String> values() {
    if (type == boolean.class) {
      return List.of("true", "false");
    }
    return type.isEnum()
        ? Arrays.stream(type.getEnumConstants()).map(String::valueOf).toList()
        : List.of();
  }

  /**
   * Returns the addition to the description in {@code --help}: the default, or that it is required.
   */
  String remark() {
    if (required) {
      return " (required)";
    }
    return defaultValue == null ? "" : " (default " + defaultValue + ")";
  }

  /** Returns a valid value. */
  String usual() {
    if (defaultValue != null) {
      return defaultValue;
    }
    return values().isEmpty()
        ? type == int.class || type == long.class ? "1" : "x"
        : values().get(0);
  }

  /** Returns the message for a missing value. */
  String takesValue() {
    return "--%s takes a value: --%s=<%s>".formatted(name, name, valueForm());
  }

  /**
   * Checks the form of a value.
   *
   * @throws UsageException if it is invalid; the message names the option, the allowed values and
   *     the given one
   */
  void check(String value) {
    boolean fits;
    String allowed;
    if (type == int.class || type == long.class) {
      fits = isNumber(value);
      allowed = "a whole number";
    } else if (type == boolean.class) {
      fits = value.equals("true") || value.equals("false");
      allowed = "true or false";
    } else if (type.isEnum()) {
      fits = values().contains(value);
      allowed = "one of " + String.join(", ", values());
    } else if (type == List.class) {
      fits = Arrays.stream(value.split(",", -1)).noneMatch(String::isBlank); // Beam drops these
      allowed = value.isEmpty() ? "a value" : "values without empty ones between the commas";
    } else {
      fits = !value.isEmpty();
      allowed = "a value";
    }
    if (!fits) {
      throw new UsageException("--%s takes %s, got '%s'".formatted(name, allowed, value));
    }
  }

  private boolean isNumber(String value) {
    try {
      long number = Long.parseLong(value);
      return type == long.class || number == (int) number;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
