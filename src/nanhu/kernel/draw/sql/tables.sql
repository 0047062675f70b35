ALTER TABLE kernel_draw ADD CONSTRAINT kernel_draw_secret_is_the_promised_one
    CHECK (published_secret = '' OR encode(sha256(decode(published_secret, 'hex')), 'hex') = commitment);
