package dev.diagonal.fault;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.beam.sdk.util.SerializableUtils;
import org.junit.jupiter.api.Test;

class SecretTest {

  @Test
  void doesNotShow() {
    assertThat(new Secret("hunter2")).hasToString("***");
  }

  @Test
  void travelsWithItsValue() {
    assertThat(SerializableUtils.clone(new Secret("hunter2")).value()).isEqualTo("hunter2");
  }
}
