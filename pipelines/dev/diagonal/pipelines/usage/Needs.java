package dev.diagonal.pipelines.usage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The option without which this one has no effect, and is refused: on a getter, or on an interface
 * for all getters that it declares and that do not name one themselves.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Needs {

  /** The other option without its dashes; an empty text if there is none. */
  String value();
}
