-- Views for people: the log read as tables. The program itself never reads them.
-- They are dropped and made anew with every migration.

CREATE VIEW round AS
SELECT
    taken.run, taken.problem, taken.attempt, taken.chain, taken.round,
    taken.at AS asked_at,
    json_extract(taken.body, '$.ask.phase') AS phase,
    json_extract(taken.body, '$.ask.label') AS label,
    json_extract(taken.body, '$.ask.conversation') AS conversation,
    json_extract(taken.body, '$.ask.template') AS template,
    json_extract(taken.body, '$.ask.temperature') AS temperature,
    json_extract(taken.body, '$.ask.parent') AS parent,
    json_extract(taken.body, '$.ask.messages') AS messages,
    json_extract(reply.body, '$.reply.text') AS reply,
    json_extract(reply.body, '$.reply.model') AS model,
    json_extract(reply.body, '$.reply.usage.prompt_tokens') AS prompt_tokens,
    json_extract(reply.body, '$.reply.usage.completion_tokens') AS completion_tokens,
    json_extract(reply.body, '$.reply.seconds') AS reply_seconds,
    json_extract(found.body, '$.candidate') AS candidate,
    candidate.code AS code,
    json_extract(ended.body, '$.outcome.kind') AS outcome,
    json_extract(ended.body, '$.outcome.reason') AS reason
FROM event AS taken
LEFT JOIN event AS reply ON reply.kind = 'reply-received'
    AND reply.run = taken.run AND reply.problem = taken.problem AND reply.attempt = taken.attempt
    AND reply.chain = taken.chain AND reply.round = taken.round
LEFT JOIN event AS found ON found.kind = 'candidate-found'
    AND found.run = taken.run AND found.problem = taken.problem AND found.attempt = taken.attempt
    AND found.chain = taken.chain AND found.round = taken.round
LEFT JOIN candidate ON candidate.hash = json_extract(found.body, '$.candidate')
LEFT JOIN event AS ended ON ended.kind = 'round-ended'
    AND ended.run = taken.run AND ended.problem = taken.problem AND ended.attempt = taken.attempt
    AND ended.chain = taken.chain AND ended.round = taken.round
WHERE taken.kind = 'action-taken';

CREATE VIEW verdict AS
SELECT
    seq, run, problem, attempt, chain, round, at,
    json_extract(body, '$.candidate') AS candidate,
    json_extract(body, '$.known') AS known,
    json_extract(body, '$.verdict.kind') AS verdict,
    json_extract(body, '$.verdict.reason') AS reason,
    json_extract(body, '$.verdict.failed_test') AS failed_test,
    json_array_length(body, '$.verdict.results') AS tests_judged,
    json_extract(body, '$.verdict.tests_total') AS tests_total,
    json_extract(body, '$.verdict.peak_bytes') AS peak_bytes
FROM event
WHERE kind = 'candidate-judged';

CREATE VIEW test_result AS
SELECT
    event.seq, event.run, event.problem, event.attempt, event.chain, event.round,
    json_extract(event.body, '$.candidate') AS candidate,
    result.key AS position,
    json_extract(result.value, '$.name') AS test,
    json_extract(result.value, '$.passed') AS passed,
    json_extract(result.value, '$.verdict') AS verdict,
    json_extract(result.value, '$.reason') AS reason,
    json_extract(result.value, '$.got') AS got,
    json_extract(result.value, '$.cpu_ns') AS cpu_ns,
    json_extract(result.value, '$.wall_ns') AS wall_ns
FROM event, json_each(event.body, '$.verdict.results') AS result
WHERE event.kind = 'candidate-judged';

CREATE VIEW measurement AS
SELECT
    seq, run, problem, attempt, chain, round, at,
    json_extract(body, '$.candidate') AS candidate,
    json_extract(body, '$.known') AS known,
    json_extract(body, '$.measurement.verdict') AS verdict,
    json_extract(body, '$.measurement.reason') AS reason,
    json_extract(body, '$.measurement.vs_reference.estimate') AS vs_reference,
    json_extract(body, '$.measurement.vs_reference.low') AS vs_reference_low,
    json_extract(body, '$.measurement.vs_reference.high') AS vs_reference_high,
    json_extract(body, '$.measurement.vs_seed.estimate') AS vs_seed,
    json_extract(body, '$.measurement.vs_seed.low') AS vs_seed_low,
    json_extract(body, '$.measurement.vs_seed.high') AS vs_seed_high,
    json_extract(body, '$.measurement.noise_floor') AS noise_floor,
    json_extract(body, '$.measurement.cpu_ns') AS cpu_ns,
    json_extract(body, '$.measurement.wall_ns') AS wall_ns,
    json_extract(body, '$.measurement.peak_bytes') AS peak_bytes,
    json_extract(body, '$.measurement.repeats') AS repeats,
    json_extract(body, '$.measurement.screened') AS screened,
    json_extract(body, '$.measurement.seconds') AS seconds,
    (SELECT count(*) FROM trial WHERE trial.seq = event.seq) AS trials,
    kind = 'winner-confirmed' AS confirms,
    json_extract(body, '$.held_out') AS held_out
FROM event
WHERE kind IN ('candidate-measured', 'winner-confirmed');
