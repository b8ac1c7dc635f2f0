package dev.diagonal.pipelines.usage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The heading under which {@code --help} lists an option. On a getter, or on an interface for all
 * its getters.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface OptionGroup {

  Heading value();

  /** The headings, in the order of {@code --help}. */
  enum Heading {
    INPUT("Input"),
    OUTPUT("Output"),
    DATABASE("Database"),
    ELASTICSEARCH("Elasticsearch"),
    TUNING("Tuning"),
    RUN("Run");

    private final String text;

    Heading(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
