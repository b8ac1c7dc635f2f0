package dev.diagonal.pipelines.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.pipelines.servers.EmbeddedServersException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServersHomeTest {

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, linux-x86_64",
    "Linux, aarch64, linux-arm_64",
    "Mac OS X, x86_64, darwin-x86_64",
    "Mac OS X, aarch64, darwin-arm_64"
  })
  void namesThePlatformsAsTheBinariesDo(String osName, String osArch, String platform) {
    assertThat(ServersHome.platform(osName, osArch)).isEqualTo(platform);
  }

  @ParameterizedTest
  @CsvSource({"Windows 11, amd64", "Linux, s390x"})
  void refusesOtherPlatforms(String osName, String osArch) {
    assertThatThrownBy(() -> ServersHome.platform(osName, osArch))
        .isInstanceOf(EmbeddedServersException.class)
        .hasMessageContaining("but not on " + osName + " " + osArch);
  }

  @Test
  void classPathHasThisPlatformsPostgres() {
    assertThat(getClass().getResource("/postgres-" + ServersHome.platform() + ".txz")).isNotNull();
  }
}
