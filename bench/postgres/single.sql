\set n random(1, 1000000000)
INSERT INTO note(id, division, name) VALUES ('x' || :n || '-' || :client_id || '-' || random(), '990121108204', 'single');
