"""The desk with the safe: key-encryption keys, the codes' server keys, signing keys and the platform's own CA.

Serves everybody above who opens a code, stores a secret, signs a document or certifies a device.
"""
