/** The command {@code clean}, which removes what failed runs have left in a database. */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.clean;
