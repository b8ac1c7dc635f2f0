package dev.diagonal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** Changes of the public API are seen in review: {@code public-api.txt} lists it. */
final class PublicApiTest {

  private static final String UPDATE =
      """
      The public API has changed. If you meant that, write the list anew and commit it:
        mvn -o -q test-compile exec:java -Dexec.classpathScope=test \\
          -Dexec.mainClass=dev.diagonal.PublicApi -Dexec.args=src/test/resources/public-api.txt
      If not, make the type or member package-private, or move it to a package dev.diagonal.internal…
      """;

  @Test
  void matchesTheRecordedList() throws Exception {
    if (Boolean.getBoolean("diagonal.updatePublicApi")) {
      PublicApi.main(new String[] {"src/test/resources/public-api.txt"});
      return;
    }
    assertThat(PublicApi.ofLibrary().lines())
        .as(UPDATE)
        .containsExactlyElementsOf(PublicApi.recorded());
  }

  @Test
  void showsPublicTypesOnly() throws Exception {
    assertThat(PublicApi.ofLibrary().leaks()).isEmpty();
  }

  @Test
  void listsTypesThatUsersNeed() throws Exception {
    assertThat(PublicApi.ofLibrary().lines())
        .anyMatch(line -> line.startsWith("class dev.diagonal.conflictfree.WriteConflictFree<T>"))
        .noneMatch(line -> line.startsWith("class dev.diagonal.internal"));
  }

  @Test
  void examplesAndRecipesNeedNoInternalType() {
    JavaClasses examples = new ClassFileImporter().importPackages("dev.diagonal.readme");
    noClasses()
        .that()
        .haveNameMatching(".*(Example|Recipes)(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.diagonal.internal..")
        .check(examples);
  }
}
