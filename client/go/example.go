// Provision and Watch: prints the job's name and its events, exits by its result.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	provision "provision.dev/api/provision/v1"
)

// A stream that ends with one of these is taken up again after the last event seen.
func resumable(err error) bool {
	switch status.Code(err) {
	case codes.Unavailable, codes.ResourceExhausted, codes.Canceled:
		return true
	}
	return errors.Is(err, io.EOF)
}

func request(file string, targets []string) (*provision.ProvisionRequest, error) {
	read := func() ([]byte, error) { return os.ReadFile(file) }
	if file == "-" {
		read = func() ([]byte, error) { return io.ReadAll(os.Stdin) }
	}
	text, err := read()
	if err != nil {
		return nil, err
	}
	out := &provision.ProvisionRequest{Spec: &provision.ServiceSpec{}}
	if err := protojson.Unmarshal(text, out.Spec); err != nil {
		return nil, err
	}
	for _, target := range targets {
		selector := &provision.TargetSelector{}
		if strings.HasPrefix(target, "resources/") {
			selector.Target = &provision.TargetSelector_Resource{Resource: target}
		} else {
			selector.Target = &provision.TargetSelector_Inline{Inline: &provision.InlineTarget{Address: target}}
		}
		out.Targets = append(out.Targets, selector)
	}
	return out, nil
}

// What an event says, "step_state" for example.
func payload(event *provision.Event) protoreflect.Name {
	message := event.ProtoReflect()
	if field := message.WhichOneof(message.Descriptor().Oneofs().ByName("payload")); field != nil {
		return field.Name()
	}
	return ""
}

// One stream: prints its events; the job's state and the last sequence as far as they were seen.
func watch(ctx context.Context, service provision.ProvisionServiceClient, job string, after int64, state provision.Job_State) (int64, provision.Job_State, error) {
	stream, err := service.Watch(ctx, &provision.WatchRequest{Name: job, AfterSeq: proto.Int64(after)})
	for err == nil {
		var batch *provision.WatchResponse
		if batch, err = stream.Recv(); err != nil {
			break
		}
		if batch.FromSeq != after+1 {
			return after, state, fmt.Errorf("gap: %d was due, %d came", after+1, batch.FromSeq)
		}
		after = batch.ThroughSeq
		for _, event := range batch.Events {
			fmt.Println(event.Seq, payload(event))
			if change := event.GetState(); change != nil && event.Target == -1 {
				state = change.State
			}
		}
	}
	return after, state, err
}

func run() (int, error) {
	engine := flag.String("engine", os.Getenv("PE_ENGINE"), "unix:SOCKET or HOST:PORT")
	tokenFile := flag.String("token-file", "", "needed unless the engine is a unix socket")
	flag.Parse()
	if flag.NArg() < 2 {
		return 1, errors.New("usage: example [-engine E] [-token-file F] SPEC.json TARGET...")
	}
	if *engine == "" {
		*engine = "unix:/run/provision-engine/engine.sock"
	}
	wanted, err := request(flag.Arg(0), flag.Args()[1:])
	if err != nil {
		return 1, err
	}
	token := os.Getenv("PE_TOKEN")
	if *tokenFile != "" {
		text, err := os.ReadFile(*tokenFile)
		if err != nil {
			return 1, err
		}
		token = strings.TrimSpace(string(text))
	}
	ctx := context.Background()
	if token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
	}

	connection, err := grpc.Dial(*engine, grpc.WithInsecure(), grpc.WithAuthority("localhost"))
	if err != nil {
		return 1, err
	}
	defer connection.Close()
	service := provision.NewProvisionServiceClient(connection)
	call, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	job, err := service.Provision(call, wanted)
	if err != nil {
		return 1, err
	}
	fmt.Println(job.Name)

	var after int64
	state := job.State
	for state < provision.Job_SUCCEEDED {
		after, state, err = watch(ctx, service, job.Name, after, state)
		if err != nil && !resumable(err) {
			return 1, err
		}
		if state < provision.Job_SUCCEEDED {
			time.Sleep(200 * time.Millisecond)
		}
	}
	fmt.Println(state)
	switch state {
	case provision.Job_SUCCEEDED:
		return 0, nil
	case provision.Job_CANCELLED:
		return 2, nil
	}
	return 1, nil
}

func main() {
	code, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}
