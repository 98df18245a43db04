-- Signatures of all petitions are gone through together now.
DELETE FROM marks WHERE name LIKE 'contacts of % erased' OR name LIKE 'prefixes of % erased';
