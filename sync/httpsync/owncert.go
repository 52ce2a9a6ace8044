package httpsync

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// OwnCertificate makes a certificate over the key in the file (PKCS #8 in PEM),
// which is drawn when it is missing: who keeps the file keeps the pin.
func OwnCertificate(file string) (*tls.Certificate, error) {
	key, err := readKey(file)
	if errors.Is(err, fs.ErrNotExist) {
		key, err = writeKey(file)
	}
	if err != nil {
		return nil, fmt.Errorf("the listener's key: %w", err)
	}
	cert, err := SelfSigned(key, "localhost", "127.0.0.1")
	return &cert, err
}

func readKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no key", file)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%s holds a key of another kind", file)
	}
	return signer, nil
}

func writeKey(file string) (crypto.Signer, error) {
	key, err := NewKey()
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600)
}
