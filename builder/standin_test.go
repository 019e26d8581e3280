package builder

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/platforms"
	controlapi "github.com/moby/buildkit/api/services/control"
	apitypes "github.com/moby/buildkit/api/types"
	"github.com/moby/buildkit/client/buildid"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/session"
	sessioncontent "github.com/moby/buildkit/session/content"
	"github.com/moby/buildkit/session/grpchijack"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	specs "github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"gotest.tools/v3/assert"
)

// standIn takes the place of a BuildKit: it answers as one does, builds nothing, and takes its time as it is told.
type standIn struct {
	controlapi.UnimplementedControlServer
	gatewaypb.UnimplementedLLBBridgeServer

	name     string
	native   ocispec.Platform
	sessions *session.Manager
	// work takes the time that building takes.
	work func(node string)

	mu   sync.Mutex
	refs map[string]*standInRef
}

// standInRef is one solve.
type standInRef struct {
	returned, ended chan struct{}
}

// newStandIn starts one, and returns where it listens.
func newStandIn(t *testing.T, name, platform string, work func(node string)) (endpoint string) {
	t.Helper()
	sessions, err := session.NewManager()
	assert.NilError(t, err)
	s := &standIn{
		name: name, native: platforms.MustParse(platform), sessions: sessions, work: work, refs: map[string]*standInRef{},
	}
	socket := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", socket) //nolint:noctx // ends with the test
	assert.NilError(t, err)
	s.serve(t, listener)
	return "unix://" + socket
}

// serve has it answer who connects.
func (s *standIn) serve(t *testing.T, listener net.Listener) {
	t.Helper()
	server := grpc.NewServer()
	controlapi.RegisterControlServer(server, s)
	gatewaypb.RegisterLLBBridgeServer(server, bridge{s})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
}

// ref is a solve, which whoever asks first begins.
func (s *standIn) ref(id string) *standInRef {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refs[id] == nil {
		s.refs[id] = &standInRef{returned: make(chan struct{}), ended: make(chan struct{})}
	}
	return s.refs[id]
}

// Info implements [controlapi.ControlServer].
func (s *standIn) Info(context.Context, *controlapi.InfoRequest) (*controlapi.InfoResponse, error) {
	return &controlapi.InfoResponse{BuildkitVersion: &apitypes.BuildkitVersion{Version: "v0.34.2"}}, nil
}

// ListWorkers implements [controlapi.ControlServer].
func (s *standIn) ListWorkers(
	context.Context, *controlapi.ListWorkersRequest,
) (*controlapi.ListWorkersResponse, error) {
	return &controlapi.ListWorkersResponse{Record: []*apitypes.WorkerRecord{{
		ID: s.name, Platforms: pb.PlatformsFromSpec([]ocispec.Platform{s.native}),
	}}}, nil
}

// Session implements [controlapi.ControlServer].
func (s *standIn) Session(stream controlapi.Control_SessionServer) error {
	conn, closed, options := grpchijack.Hijack(stream)
	defer conn.Close()
	ctx, cancel := context.WithCancel(stream.Context())
	go func() {
		<-closed
		cancel()
	}()
	return s.sessions.HandleConn(ctx, conn, options)
}

// Status implements [controlapi.ControlServer].
func (s *standIn) Status(r *controlapi.StatusRequest, stream controlapi.Control_StatusServer) error {
	if err := stream.SendHeader(metadata.MD{}); err != nil {
		return err
	}
	select {
	case <-s.ref(r.Ref).ended:
	case <-stream.Context().Done():
	}
	return nil
}

// Ping implements [gatewaypb.LLBBridgeServer].
func (s *standIn) Ping(context.Context, *gatewaypb.PingRequest) (*gatewaypb.PongResponse, error) {
	return &gatewaypb.PongResponse{FrontendAPICaps: gatewaypb.Caps.All(), LLBCaps: pb.Caps.All()}, nil
}

// Evaluate implements [gatewaypb.LLBBridgeServer].
func (s *standIn) Evaluate(context.Context, *gatewaypb.EvaluateRequest) (*gatewaypb.EvaluateResponse, error) {
	return &gatewaypb.EvaluateResponse{}, nil
}

// Return implements [gatewaypb.LLBBridgeServer]: the client has what it wants of the frontend.
func (s *standIn) Return(ctx context.Context, _ *gatewaypb.ReturnRequest) (*gatewaypb.ReturnResponse, error) {
	close(s.ref(buildid.FromIncomingContext(ctx)).returned)
	return &gatewaypb.ReturnResponse{}, nil
}

// bridge is the other service, whose Solve has the name of the first one's.
type bridge struct{ *standIn }

// Solve implements [gatewaypb.LLBBridgeServer]: what the frontend makes of a Dockerfile.
func (bridge) Solve(context.Context, *gatewaypb.SolveRequest) (*gatewaypb.SolveResponse, error) {
	return &gatewaypb.SolveResponse{Result: &gatewaypb.Result{
		Result: &gatewaypb.Result_Ref{Ref: &gatewaypb.Ref{Id: "made"}},
	}}, nil
}

// Solve implements [controlapi.ControlServer].
func (s *standIn) Solve(ctx context.Context, r *controlapi.SolveRequest) (*controlapi.SolveResponse, error) {
	ref := s.ref(r.Ref)
	defer close(ref.ended)
	select {
	case <-ref.returned:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if len(r.Exporters) == 0 || r.Exporters[0].Type == "" {
		return &controlapi.SolveResponse{}, nil // it was only asked for what it can do
	}
	s.work(s.name)
	root, err := s.export(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("exporting: %w", err)
	}
	return &controlapi.SolveResponse{ExporterResponse: map[string]string{"containerimage.digest": root.String()}}, nil
}

// export writes an image of nothing to the client.
func (s *standIn) export(ctx context.Context, r *controlapi.SolveRequest) (digest.Digest, error) {
	caller, err := s.sessions.Get(ctx, r.Session, false)
	if err != nil {
		return "", err
	}
	store := sessioncontent.NewCallerStore(caller, "export")
	write := func(kind, mediaType string, document any) (ocispec.Descriptor, error) {
		body, err := json.Marshal(document)
		if err != nil {
			return ocispec.Descriptor{}, err
		}
		desc := ocispec.Descriptor{MediaType: mediaType, Digest: digest.FromBytes(body), Size: int64(len(body))}
		return desc, content.WriteBlob(ctx, store, kind+desc.Digest.String(), bytes.NewReader(body), desc)
	}
	config, err := write("config-", ocispec.MediaTypeImageConfig, ocispec.Image{Platform: s.native, Author: r.Ref})
	if err != nil {
		return "", err
	}
	root, err := write("manifest-", ocispec.MediaTypeImageManifest, ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: config,
	})
	return root.Digest, err
}
