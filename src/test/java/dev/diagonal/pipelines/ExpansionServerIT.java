package dev.diagonal.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import dev.diagonal.testing.ChildJvm;
import dev.diagonal.testing.Eventually;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.apache.beam.model.expansion.v1.ExpansionApi.DiscoverSchemaTransformRequest;
import org.apache.beam.model.expansion.v1.ExpansionApi.ExpansionRequest;
import org.apache.beam.model.expansion.v1.ExpansionApi.ExpansionResponse;
import org.apache.beam.model.expansion.v1.ExpansionApi.SchemaTransformConfig;
import org.apache.beam.model.expansion.v1.ExpansionServiceGrpc;
import org.apache.beam.model.expansion.v1.ExpansionServiceGrpc.ExpansionServiceBlockingStub;
import org.apache.beam.model.pipeline.v1.ExternalTransforms.SchemaTransformPayload;
import org.apache.beam.model.pipeline.v1.RunnerApi.FunctionSpec;
import org.apache.beam.model.pipeline.v1.RunnerApi.PTransform;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaTranslation;
import org.apache.beam.sdk.util.CoderUtils;
import org.apache.beam.sdk.values.Row;
import org.apache.beam.vendor.grpc.v1p60p1.com.google.protobuf.ByteString;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.ManagedChannel;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.ManagedChannelBuilder;
import org.apache.beam.vendor.grpc.v1p60p1.io.grpc.StatusRuntimeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bundled jar as a {@code javaJar} provider, asked as Beam YAML asks it. */
final class ExpansionServerIT {

  private static final String READ_CSV = "dev.diagonal:read_csv:v1";

  private final Path log;
  private Process server;
  private ManagedChannel channel;
  private ExpansionServiceBlockingStub service;

  ExpansionServerIT(@TempDir Path directory) {
    this.log = directory.resolve("log");
  }

  @BeforeEach
  void start() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server =
        new ProcessBuilder(
                ChildJvm.java(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                ChildJvm.jar(),
                Integer.toString(port),
                "--filesToStage=" + ChildJvm.jar())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    channel = ManagedChannelBuilder.forAddress("localhost", port).usePlaintext().build();
    service = ExpansionServiceGrpc.newBlockingStub(channel);
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.destroyForcibly().onExit().join();
  }

  @Test
  void offersTheTransformsAndExpandsOne() throws Exception {
    assertThat(Eventually.within(Duration.ofMinutes(2), () -> !discovered().isEmpty()))
        .as("the log: %s", Files.readString(log))
        .isTrue();
    assertThat(discovered())
        .containsKeys(
            READ_CSV,
            "dev.diagonal:aggregate_ratings:v1",
            "dev.diagonal:index_documents:v1",
            "dev.diagonal:run_statement:v1",
            "dev.diagonal:upsert_relationships:v1",
            "dev.diagonal:write_to_jdbc:v1");

    ExpansionResponse expanded = expand("examples/people.csv");
    assertThat(expanded.getError()).isEmpty();
    assertThat(expanded.getTransform().getOutputsMap()).containsOnlyKeys("output");
    assertThat(expanded.getComponents().getTransformsMap().values())
        .anyMatch(each -> each.getUniqueName().endsWith("Read"));

    assertThat(expand("nowhere.csv").getError()).contains("nowhere.csv");
  }

  private Map<String, SchemaTransformConfig> discovered() {
    try {
      return service
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .discoverSchemaTransform(DiscoverSchemaTransformRequest.getDefaultInstance())
          .getSchemaTransformConfigsMap();
    } catch (StatusRuntimeException e) {
      return Map.of(); // not started
    }
  }

  private ExpansionResponse expand(String file) throws Exception {
    Schema settings =
        SchemaTranslation.schemaFromProto(
            Objects.requireNonNull(discovered().get(READ_CSV)).getConfigSchema());
    Row.FieldValueBuilder row = Row.withSchema(settings).withFieldValue("files", List.of(file));
    SchemaTransformPayload payload =
        SchemaTransformPayload.newBuilder()
            .setIdentifier(READ_CSV)
            .setConfigurationSchema(SchemaTranslation.schemaToProto(settings, true))
            .setConfigurationRow(
                ByteString.copyFrom(
                    CoderUtils.encodeToByteArray(RowCoder.of(settings), row.build())))
            .build();
    return service.expand(
        ExpansionRequest.newBuilder()
            .setNamespace("test")
            .setTransform(
                PTransform.newBuilder()
                    .setUniqueName("People")
                    .setSpec(
                        FunctionSpec.newBuilder()
                            .setUrn("beam:expansion:payload:schematransform:v1")
                            .setPayload(payload.toByteString())))
            .build());
  }
}
