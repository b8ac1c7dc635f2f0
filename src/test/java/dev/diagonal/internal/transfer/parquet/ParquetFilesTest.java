package dev.diagonal.internal.transfer.parquet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.RangePlan;
import dev.diagonal.internal.bytes.ByteBuilder;
import dev.diagonal.internal.rows.CsvFormatter;
import dev.diagonal.internal.rows.RowBlock;
import dev.diagonal.internal.transfer.source.RowBlockReader;
import dev.diagonal.internal.transfer.source.SourceRange;
import dev.diagonal.testing.DuckDb;
import dev.diagonal.transfer.mapping.Mapping;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ParquetFilesTest {

  private final Path file;

  ParquetFilesTest(@TempDir Path directory) {
    this.file = directory.resolve("in.parquet");
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000, 7_777, 1_000_000})
  void everyRowGroupIsInOneRange(long rangeBytes) throws Exception {
    try (DuckDb duck = DuckDb.open()) {
      Path unused =
          duck.write(
              "SELECT i, md5(i::VARCHAR) AS t FROM range(20000) r(i)", file, "row_group_size 2048");
    }
    RangePlan plan = new RangePlan(1, rangeBytes, rangeBytes, 10_000);
    ParquetFiles files = ParquetFiles.of(List.of(file.toString()), plan, Mapping.NONE);
    List<String> rows = new ArrayList<>();
    int ranges = 0;
    for (SourceRange range : files.ranges()) {
      int before = rows.size();
      read(files, range, rows, new ArrayList<>());
      ranges += rows.size() > before ? 1 : 0;
    }
    assertThat(ranges).isEqualTo(rangeBytes > 900_000 ? 1 : 10);
    assertThat(rows).hasSize(20_000);
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i)).startsWith(i + ",");
    }
  }

  @Test
  void readsTypesOfOtherWriters() throws Exception {
    ByteBuffer int96 = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    int96.putLong(1_500_000_000L).putInt(2_440_589); // 1970-01-02 00:00:01.5
    write(
        """
        message m { optional int96 old; optional int64 nanos (TIME(NANOS,false));
          optional int32 millis (TIME(MILLIS,true)); optional binary half (STRING);
          optional fixed_len_byte_array(2) f (FLOAT16); required int32 plain;
          optional binary raw; optional int64 zoned (TIMESTAMP(NANOS,true));
          optional binary dec (DECIMAL(20,4)); optional int32 none (UNKNOWN); }\
        """,
        row ->
            row.append("old", Binary.fromConstantByteArray(int96.array()))
                .append("nanos", 1_000_001_000L)
                .append("millis", 1_500)
                .append("half", "x")
                .append("f", Binary.fromConstantByteArray(new byte[] {0x00, (byte) 0xc1}))
                .append("plain", -1)
                .append("raw", Binary.fromConstantByteArray(new byte[] {1, 2}))
                .append("zoned", -1_000L)
                .append("dec", Binary.fromConstantByteArray(new byte[] {-1, 56})));
    assertThat(all(new ArrayList<>()))
        .containsExactly(
            "1970-01-02T00:00:01.5,00:00:01.000001,00:00:01.5,x,-2.5,-1,\\x0102,"
                + "1969-12-31T23:59:59.999999Z,-0.0200,");
  }

  @Test
  void refusesValuesThatTheirTypeDoesNotHave() throws Exception {
    write(
        "message m { required int32 u (INTEGER(8,false)); optional int32 t (TIME(MILLIS,true)); }",
        row -> row.append("u", 256),
        row -> row.append("u", -1),
        row -> row.append("u", 255).append("t", 86_400_000),
        row -> row.append("u", 255).append("t", 86_399_999));
    List<String> bad = new ArrayList<>();
    assertThat(all(bad)).containsExactly("255,23:59:59.999");
    assertThat(bad)
        .hasSize(3)
        .first()
        .asString()
        .contains("row 1: column 'u': 256 is not within 0 to 255");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repeated int32 x|'x' is repeated",
        "optional group x { optional group y { optional int32 z; } }|'x' is nested (x.y.z)",
        "optional fixed_len_byte_array(12) x (INTERVAL)|'x' is of type INTERVAL",
      })
  void refusesColumnsWithoutASingleValue(String column) throws Exception {
    String[] parts = column.split("\\|", -1);
    write("message m { %s%s }".formatted(parts[0], parts[0].endsWith("}") ? "" : ";"));
    assertThatThrownBy(() -> all(new ArrayList<>()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("the column " + parts[1]);
  }

  @Test
  void aRowGroupWithoutRowsIsEmpty() throws Exception {
    SchemaElement root = new SchemaElement("m").setNum_children(1);
    SchemaElement column =
        new SchemaElement("a").setType(Type.INT32).setRepetition_type(FieldRepetitionType.OPTIONAL);
    ColumnMetaData chunk =
        new ColumnMetaData(
            Type.INT32,
            List.of(Encoding.PLAIN),
            List.of("a"),
            CompressionCodec.UNCOMPRESSED,
            0,
            0,
            0,
            4);
    RowGroup group = new RowGroup(List.of(new ColumnChunk(4).setMeta_data(chunk)), 0, 0);
    ByteArrayOutputStream footer = new ByteArrayOutputStream();
    Util.writeFileMetaData(new FileMetaData(1, List.of(root, column), 0, List.of(group)), footer);
    ByteBuffer bytes = ByteBuffer.allocate(footer.size() + 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put("PAR1".getBytes(US_ASCII)).put(footer.toByteArray()).putInt(footer.size());
    Files.write(file, bytes.put("PAR1".getBytes(US_ASCII)).array());
    assertThat(all(new ArrayList<>())).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SNAPPY", "ZSTD", "GZIP", "LZ4_RAW"})
  void aPageWithoutBytesIsEmpty(CompressionCodecName codec) throws Exception {
    var decompressor = new ParquetCodecs().getDecompressor(codec);
    assertThat(decompressor.decompress(BytesInput.empty(), 0).size()).isZero();
  }

  @SafeVarargs
  private void write(String schema, Consumer<Group>... rows) throws Exception {
    MessageType type = MessageTypeParser.parseMessageType(schema);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .withType(type)
            .build()) {
      for (Consumer<Group> row : rows) {
        Group group = new SimpleGroup(type);
        row.accept(group);
        writer.write(group);
      }
    }
  }

  private List<String> all(List<String> bad) throws Exception {
    ParquetFiles files = ParquetFiles.of(List.of(file.toString()), RangePlan.DEFAULT, Mapping.NONE);
    List<String> rows = new ArrayList<>();
    for (SourceRange range : files.ranges()) {
      read(files, range, rows, bad);
    }
    return rows;
  }

  private static void read(
      ParquetFiles files, SourceRange range, List<String> rows, List<String> bad) throws Exception {
    try (RowBlockReader reader = files.open(range, 700)) {
      for (RowBlock block = reader.next(line -> bad.add(line.describe()));
          block != null;
          block = reader.next(line -> bad.add(line.describe()))) {
        for (int row = 0; row < block.rows(); row++) {
          ByteBuilder line = new ByteBuilder(64);
          CsvFormatter.RFC_4180.put(block, row, line);
          rows.add(line.toString());
        }
      }
    }
  }
}
