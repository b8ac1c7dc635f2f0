package dev.diagonal.readme;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.beam.sdk.transforms.PTransform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recipes of docs/library.md are the lines that tests run, and no transform is without one. */
final class RecipesTest {

  private static final Path PAGE = Path.of("docs/library.md");
  private static final Path SOURCES = Path.of("src/test/java/dev/diagonal/readme");

  private static final Pattern RECIPE =
      Pattern.compile("(?s) *// (\\w+) begins?\n(.*?) *// \\1 ends?\n");

  /** The name and the lines of each recipe. */
  static Stream<String[]> recipes() throws IOException {
    List<String[]> recipes = new ArrayList<>();
    for (String source : List.of("ConflictFreeExample", "FileRecipes", "ServerRecipes")) {
      String text = Files.readString(SOURCES.resolve(source + ".java"));
      Matcher recipe = RECIPE.matcher(text);
      while (recipe.find()) {
        recipes.add(new String[] {source + " " + recipe.group(1), recipe.group(2)});
      }
    }
    assertThat(recipes).hasSizeGreaterThan(10);
    return recipes.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("recipes")
  void thePageHasTheLinesThatRun(String name, String lines) throws IOException {
    String text =
        lines
            .stripTrailing()
            .stripIndent()
            .lines()
            .map(String::stripTrailing)
            .collect(joining("\n"));
    assertThat(Files.readString(PAGE)).as(name).contains("```java\n" + text + "\n```");
  }

  @Test
  void everyTransformHasARecipe() throws IOException {
    String blocks =
        Pattern.compile("(?s)```java\n(.*?)\n```")
            .matcher(Files.readString(PAGE))
            .results()
            .map(block -> block.group(1))
            .collect(joining("\n"));
    List<String> transforms = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (JavaClass each : new ClassFileImporter().importPath(Path.of("target/classes"))) {
      if (isPublicTransform(each)) {
        transforms.add(each.getSimpleName());
        if (!Pattern.compile("\\b" + each.getSimpleName() + "\\.").matcher(blocks).find()) {
          missing.add(each.getName());
        }
      }
    }
    assertThat(transforms).contains("WriteConflictFree", "ReadLines", "ProcessBatches");
    assertThat(missing).as("transforms without a recipe in %s", PAGE).isEmpty();
  }

  private static boolean isPublicTransform(JavaClass each) {
    return each.isAssignableTo(PTransform.class)
        && each.isTopLevelClass()
        && each.getModifiers().contains(JavaModifier.PUBLIC)
        && !each.getPackageName().startsWith("dev.diagonal.internal")
        && !each.getPackageName().startsWith("dev.diagonal.pipelines");
  }
}
