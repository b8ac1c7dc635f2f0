/**
 * The transforms as Beam's {@code SchemaTransform}s, which take a row of settings and rows as
 * elements: for Beam YAML and for SDKs in other languages. Beam finds the providers through {@code
 * META-INF/services}. Internal: it may change in any version, except for identifiers and settings.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.internal.schematransforms;
