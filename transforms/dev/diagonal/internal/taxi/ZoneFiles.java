package dev.diagonal.internal.taxi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.diagonal.fault.BadInputException;
import dev.diagonal.files.InputFiles;
import dev.diagonal.files.TextFile;
import dev.diagonal.files.stored.InputFile;
import dev.diagonal.internal.csv.CsvFields;
import dev.diagonal.internal.csv.HeaderColumns;
import dev.diagonal.internal.files.stored.FileText;
import dev.diagonal.internal.taxi.FieldValues.UnfitException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the zones from comma-separated files, plain or compressed, whose header names the columns:
 * {@code LocationID}, {@code Borough}, {@code Zone} and {@code service_zone}, in any order. Reads
 * all of them into memory, since there are only some hundreds.
 */
public final class ZoneFiles {

  private ZoneFiles() {}

  /**
   * Returns the zones in the order of the files and their lines.
   *
   * @throws BadInputException if a line is not a zone, a zone occurs twice or a column is missing;
   *     the message has file, line and reason
   * @throws UncheckedIOException if a file cannot be read
   */
  public static List<Zone> read(InputFiles files) {
    List<Zone> zones = new ArrayList<>();
    for (InputFile file : files.files()) {
      try (FileText text = FileText.open(file);
          BufferedReader lines = new BufferedReader(Channels.newReader(text, UTF_8))) {
        read(file.name(), lines, zones);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "cannot read the zones of %s: %s".formatted(file.name(), e.getMessage()), e);
      }
    }
    if (zones.stream().map(Zone::id).distinct().count() < zones.size()) {
      throw new BadInputException("a zone occurs twice in the files of zones");
    }
    return zones;
  }

  private static void read(String file, BufferedReader lines, List<Zone> zones) throws IOException {
    HeaderColumns names = HeaderColumns.of(new TextFile(file, lines.readLine()), ",");
    int id = names.position("LocationID");
    int borough = names.position("Borough");
    int name = names.position("Zone");
    int serviceZone = names.position("service_zone");
    CsvFields fields = new CsvFields(",");
    int number = 1;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isEmpty()) {
        continue;
      }
      try {
        String fault = fields.split(line);
        if (fault != null) {
          throw new UnfitException(fault);
        }
        if (fields.count() != names.count()) {
          throw new UnfitException(
              "%s fields, but the header has %s".formatted(fields.count(), names.count()));
        }
        zones.add(
            new Zone(
                FieldValues.whole("LocationID", fields, id),
                text("Borough", fields, borough),
                text("Zone", fields, name),
                text("service_zone", fields, serviceZone)));
      } catch (UnfitException unfit) {
        throw new BadInputException(
            "%s, line %s: %s".formatted(file, number, unfit.reason()), unfit);
      }
    }
  }

  private static @Nullable String text(String column, CsvFields fields, int field)
      throws UnfitException {
    return fields.isNull(field) ? null : FieldValues.text(column, fields, field);
  }
}
