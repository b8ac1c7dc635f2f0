package dev.diagonal.pipelines.usage;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the option without which this one has no effect and is refused. On a getter, or on an
 * interface for all its getters without an annotation of their own.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Needs {

  /** The other option without its dashes; an empty text for none. */
  String value();
}
