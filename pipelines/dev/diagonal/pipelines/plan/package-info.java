/**
 * Plans: tasks and task groups in plain Java, run in sequence or in parallel with statistics that
 * add up, and the YAML files that plans and mappings are written in, validated whole with line
 * numbers. Knows no particular task; may import {@code pipelines.cli} and what that may.
 */
@org.jspecify.annotations.NullMarked
package dev.diagonal.pipelines.plan;
